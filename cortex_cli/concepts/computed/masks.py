"""What a umask withholds: the modes of new files and directories under it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed.permissions import letters_of
from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

_UMASK = expression(
    r"\bumask(?:\s{1,9}(?:of|is|set|to|de|d'|a|à|=|es|value|valeur"
    r"|valor)){0,3}\s{0,9}[= ]\s{0,9}([0-7]{1,4})\b",
    re.IGNORECASE,
)
CUES = blocks(
    """
    files file directory directories new get gets permissions mode result created set command
    fichiers fichier repertoires nouveaux droits obtiennent recoivent commande
    archivos ficheros directorios nuevos permisos reciben obtienen comando
    """
)
TEXT = {
    "en": "umask {mask}: new files get {file} ({file_letters}), new directories {folder} "
    "({folder_letters}). The mask takes its bits away from 666 for files and 777 for directories.",
    "fr": "umask {mask} : les nouveaux fichiers reçoivent {file} ({file_letters}), les nouveaux "
    "répertoires {folder} ({folder_letters}). Le masque retire ses bits de 666 pour les fichiers "
    "et de 777 pour les répertoires.",
    "es": "umask {mask}: los archivos nuevos reciben {file} ({file_letters}) y los directorios "
    "nuevos {folder} ({folder_letters}). La máscara quita sus bits de 666 en archivos y de 777 en "
    "directorios.",
}


def explain(question: str, language: str) -> Finding | None:
    """The modes of new files and directories under the umask in ``question``."""
    match = _UMASK.search(question)
    if match is None:
        return None
    if find_leftovers(question[: match.start()] + " " + question[match.end() :], CUES):
        return None
    mask = int(match[1], 8)
    file, folder = 0o666 & ~mask, 0o777 & ~mask
    text = TEXT[language].format(
        mask=match[1],
        file=f"{file:03o}",
        folder=f"{folder:03o}",
        file_letters=letters_of(file),
        folder_letters=letters_of(folder),
    )
    return explanation(text, "man umask(2)", f"umask {mask:03o}")
