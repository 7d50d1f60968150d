"""What an exit status means for a program that defines its own: grep, curl, rsync and others.

``program_statuses.yaml`` holds them as their manuals do.  Pure but for that file.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.expressions import expression
from cortex_cli.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).with_name("program_statuses.yaml")
CONFIDENCE = 0.96  # the number and the program are named
MAX_CHARS = 160
_CUE = expression(
    r"\b(?:exit(?:s|ed)?|status|code|returns?|returned|errors?|errno|ended|fails?|failed|means?|"
    r"retour|sortie|statut|erreur|renvoie|signifie|retourne|"
    r"salida|retorno|estado|codigo|devuelve|significa)\b"
)
_NUMBER = expression(r"(?<![\w.:/-])\(?(\d{1,3})\)?(?![\w:/-]|[.,]\d)")
_WORD = expression(r"[a-z][\w-]*")
HEAD = {
    "en": "{program} exit status {number}: {text}",
    "fr": "Code de sortie {number} de {program} : {text}",
    "es": "Estado de salida {number} de {program}: {text}",
}


def explain(folded: str, language: str) -> Finding | None:
    """What the status means of the program that a question (see ``patterns.fold``) names."""
    if len(folded) > MAX_CHARS:
        return None
    numbers = _NUMBER.findall(folded)
    if len(numbers) != 1 or not (_CUE.search(folded) or f"({numbers[0]})" in folded):
        return None
    for word in _WORD.findall(folded):
        if (known := programs().get(word)) and (meanings := known["statuses"].get(int(numbers[0]))):
            head = HEAD[language]
            text = head.format(program=known["name"], number=numbers[0], text=meanings[language])
            source = f"man {known['man']}"
            subject = f"{word}-status-{numbers[0]}"
            return Finding("explanation", CONFIDENCE, text, sources=(source,), subject=subject)
    return None


@lru_cache(1)
def programs() -> Mapping[str, Mapping[str, Any]]:
    """Each program under each of its names."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with TABLE.open(encoding="utf-8") as stream:
        table: Mapping[str, Mapping[str, Any]] = yaml.load(stream, Loader=loader)  # noqa: S506
    return {
        name: {"name": first, **entry}
        for first, entry in table.items()
        for name in (first, *entry.get("also", ()))
    }
