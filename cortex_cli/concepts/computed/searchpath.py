"""What a PATH value says: where a shell looks for commands, in which order, and what is risky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man environ(7)"
_PATH = expression(
    r"(?<!\w)(?:(export\s+)?(PATH|LD_LIBRARY_PATH|MANPATH|PYTHONPATH)\s?=\s?)\"?([^\s\"'`?]{1,300})\"?"
)
CUES = blocks("export set variable setting bashrc profile line shell ligne linea")
WHAT = {
    "PATH": {"en": "The shell looks for commands", "fr": "Le shell cherche les commandes",
             "es": "El shell busca las órdenes"},
    "LD_LIBRARY_PATH": {"en": "The loader looks for shared libraries, before the usual places,",
                        "fr": "Le chargeur cherche les bibliothèques, avant les lieux habituels,",
                        "es": "El cargador busca las bibliotecas, antes que en los lugares "
                        "normales,"},
    "MANPATH": {"en": "man looks for manual pages", "fr": "man cherche les pages de manuel",
                "es": "man busca las páginas de manual"},
    "PYTHONPATH": {"en": "Python looks for modules, before the usual places,",
                   "fr": "Python cherche les modules, avant les lieux habituels,",
                   "es": "Python busca los módulos, antes que en los lugares normales,"},
}  # fmt: skip
ORDER = {
    "en": "{what} in this order, and takes the first it finds: {places}.",
    "fr": "{what} dans cet ordre et prend le premier trouvé : {places}.",
    "es": "{what} en este orden y toma el primero que encuentra: {places}.",
}
BEFORE = {
    "en": "${name} stands for what it was before",
    "fr": "${name} représente l'ancienne valeur",
    "es": "${name} representa el valor anterior",
}
HERE = {
    "en": "An empty entry or a dot means the current directory, which is unsafe.",
    "fr": "Une entrée vide ou un point désigne le répertoire courant, ce qui est dangereux.",
    "es": "Una entrada vacía o un punto indica el directorio actual, lo cual es inseguro.",
}


def explain(question: str, language: str) -> Finding | None:
    """Where the PATH in ``question`` has things looked for."""
    match = _PATH.search(question)
    if match is None or find_leftovers(question[: match.start()] + question[match.end() :], CUES):
        return None
    name, places = match[2], match[3].split(":")
    text = ORDER[language].format(what=WHAT[name][language], places=", ".join(filter(None, places)))
    if f"${name}" in places or f"${{{name}}}" in places:
        text += f" {BEFORE[language].format(name=name)}."
    if "" in places or "." in places:
        text += f" {HERE[language]}"
    return explanation(text, SOURCE, name)
