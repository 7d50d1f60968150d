"""What an exit status says: the shell's, 128 plus a signal, and those of systemd (200 to 245)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import signals, tables
from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

_STATUS = expression(
    r"\b(?:exit(?:ed)?|return(?:ed)?|status|errorlevel|salida|retorno|retour|sortie|estado|statut|code|código"
    r"|codigo|rc|ended|failed|terminé|terminó)\W{1,3}"
    r"(?:(?:status|code|value|with|of|is|código|codigo|code|de|d'|del|estado|statut|avec|con|es|est"
    r"|salida|retour|retorno|sortie|le|el|número|numéro)\W{1,3}){0,5}(\d{1,3})(?![\w.])",
    re.IGNORECASE,
)
_SYSTEMD = expression(r"\bstatus=(\d{1,3})(?:/([A-Z_]+))?", re.IGNORECASE)
_DOLLAR = expression(r"\$\?\s{0,9}(?:=|is|est|es|==)?\s{0,9}(\d{1,3})(?![\w.])")
CUES = blocks(
    """
    exit exited status return returned returns code codes error command process program script
    service unit with ended failed bash shell linux systemd value main get got happens gives
    terminated after
    sortie retour statut commande processus programme service echoue termine avec renvoie rend
    erreur retourne
    salida retorno estado comando proceso programa servicio fallo termino termina devuelve error
    orden devuelto
    """
)
HTTP_LIKE = expression(r"\bhttps?\b", re.IGNORECASE)
HEAD = {"en": "Exit status {}: ", "fr": "Code de sortie {} : ", "es": "Estado de salida {}: "}
BY_SIGNAL = {
    "en": "128 + {number}, so signal {number} ({name}) ended the process: {text}.",
    "fr": "128 + {number}, donc le signal {number} ({name}) a mis fin au processus : {text}.",
    "es": "128 + {number}, así que la señal {number} ({name}) terminó el proceso: {text}.",
}
OOM = {
    "en": " If nobody killed it, memory probably ran out: see journalctl -k.",
    "fr": " Si personne ne l'a tué, la mémoire manquait sans doute : voir journalctl -k.",
    "es": " Si nadie lo mató, probablemente se agotó la memoria: vea journalctl -k.",
}
OWN = {
    "en": "a meaning of the program's own; zero is success, anything else a failure. Its manual "
    "(section EXIT STATUS) says which.",
    "fr": "un sens propre au programme ; zéro est un succès, tout le reste un échec. Son manuel "
    "(section EXIT STATUS) le précise.",
    "es": "un significado propio del programa; cero es éxito y lo demás, fallo. Su manual (sección "
    "EXIT STATUS) lo precisa.",
}
BY_SYSTEMD = {
    "en": "from systemd ({name}), before the program itself ran: {text}.",
    "fr": "vient de systemd ({name}), avant que le programme ne démarre : {text}.",
    "es": "procede de systemd ({name}), antes de que arrancara el programa: {text}.",
}


def explain(question: str, language: str) -> Finding | None:
    """What the exit status in ``question`` says."""
    if HTTP_LIKE.search(question):
        return None
    match = _SYSTEMD.search(question) or _DOLLAR.search(question) or _STATUS.search(question)
    if match is None or int(match[1]) > 255:
        return None
    number = int(match[1])
    rest = question[: match.start()] + " " + question[match.end() :]
    if find_leftovers(rest, CUES):
        return None
    name = signals.name_of(number)
    if match.re == _SYSTEMD and match[2] and name is not None and name == match[2].upper():
        return explanation(signals.sentence(name, language), signals.SOURCE, f"SIG{name}")
    source = "man systemd.exec(5)" if number in tables.load("exits")["systemd"] else "man bash(1)"
    return explanation(sentence(number, language), source, f"exit status {number}")


def sentence(number: int, language: str) -> str:
    """What exit status ``number`` says."""
    return HEAD[language].format(number) + _meaning(number, language)


def _meaning(number: int, language: str) -> str:
    known = tables.load("exits")
    if number in known["shell"]:
        return str(known["shell"][number][language])
    if number in known["systemd"]:
        status = known["systemd"][number]
        return BY_SYSTEMD[language].format(name=status["name"], text=status[language])
    name_ = signals.name_of(number - 128) if number > 128 else None
    if name_ is None:
        return OWN[language]
    text = signals.short(name_, language)
    meaning = BY_SIGNAL[language].format(number=number - 128, name=f"SIG{name_}", text=text)
    return meaning + (OOM[language] if name_ == "KILL" else "")
