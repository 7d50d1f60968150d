"""The sentences around a command, in three languages.  Pure; at most 12 lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.finding import CHANGES, DESTROYS, LEAVES

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled, Step

MAX_LINES = 12
MAX_SHOWN_CHARS = 400
SAYINGS = {
    "en": {
        DESTROYS: "This deletes data and cannot be undone.",
        LEAVES: "This ends the session on this machine.",
        CHANGES: "This changes the machine.",
        "preview": "First see what it would take:",
        "check": "Check afterwards:",
        "undo": "Undo with:",
        "package": "Needs the package {package}.",
        "choice": "This can be read in two ways. Which do you mean?",
    },
    "fr": {
        DESTROYS: "Cela supprime des données, sans retour possible.",
        LEAVES: "Cela met fin à la session sur cette machine.",
        CHANGES: "Cela modifie la machine.",
        "preview": "Voyez d'abord ce qui serait touché :",
        "check": "Vérifier ensuite :",
        "undo": "Annuler avec :",
        "package": "Nécessite le paquet {package}.",
        "choice": "La demande se lit de deux façons. Laquelle voulez-vous ?",
    },
    "es": {
        DESTROYS: "Esto borra datos y no se puede deshacer.",
        LEAVES: "Esto termina la sesión en esta máquina.",
        CHANGES: "Esto modifica la máquina.",
        "preview": "Vea primero lo que se tocaría:",
        "check": "Comprobar después:",
        "undo": "Deshacer con:",
        "package": "Necesita el paquete {package}.",
        "choice": "Se puede entender de dos maneras. ¿Cuál quiere?",
    },
}


def clean(text: str) -> str:
    """``text`` as one line that a terminal can show."""
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return shown if len(shown) <= MAX_SHOWN_CHARS else f"{shown[:MAX_SHOWN_CHARS]}…"


def text(filled: Filled, language: str) -> str:
    """What it does, the command, and what goes with it."""
    say = SAYINGS[language]
    lines = [clean(filled.does)]
    if filled.preview is not None:
        lines += [say["preview"], _line(filled.preview, root=filled.needs_root)]
        lines.append(say[DESTROYS])
    lines += [_line(step, root=filled.needs_root) for step in filled.steps]
    if filled.preview is None and filled.effect in say:
        lines.append(say[filled.effect])
    if filled.package:
        lines.append(say["package"].format(package=filled.package))
    for name, step in (("check", filled.check), ("undo", filled.undo)):
        if step is not None:
            lines.append(
                f"{say[name]} {_line(step, root=name == 'undo' and filled.needs_root).strip()}"
            )
    return "\n".join(lines[:MAX_LINES])


def choice(one: Filled, other: Filled, language: str) -> str:
    """Two readings, to choose from."""
    lines = [SAYINGS[language]["choice"]]
    for filled in (one, other):
        lines.append(clean(filled.does))
        lines += [_line(step, root=filled.needs_root) for step in filled.steps]
    return "\n".join(lines[:MAX_LINES])


def _line(step: Step, *, root: bool) -> str:
    shown = "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in step.text()
    )
    return f"  {'sudo ' if root else ''}{shown}"
