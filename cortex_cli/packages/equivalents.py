"""Finds the program from elsewhere that a request compares with: "something like Photoshop".

``equivalents.txt`` says which packages do the same as a program of Windows or macOS.  Pure; reads
nothing but that file, and does not know which packages this machine's lists have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.language.words import SCAFFOLDING, words

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = Path(__file__).parent / "equivalents.txt"
EVERYDAY_MARK = "~"
MAX_NAME_WORDS = 4
MAX_WORDS = 200  # what is longer is a text, not a request
MAX_FILLERS = 3

# What stands before the name: "something like X", "un équivalent de X", "alternativa a X".
_BEFORE = frozenset(
    """
    like alternative alternatives replacement replacements replace replaces replacing equivalent
    equivalents substitute substitutes instead clone clones similar version counterpart resembling
    comme alternative équivalent équivalents equivalent remplaçant remplacer remplace place genre
    façon semblable similaire style
    como alternativa alternativas equivalente equivalentes sustituto sustituir sustituye reemplazo
    reemplazar vez lugar parecido parecida similar estilo tipo
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What stands after it: "X alternative", "a Y like thing".
_AFTER = frozenset(
    """
    alternative alternatives replacement replacements equivalent equivalents substitute clone clones
    like lookalike style type
    """.split()  # noqa: SIM905
)
_FILLERS = frozenset(
    """
    to of for the a an from with old good free de du des d la le les l un une à au el los las del al
    para por que windows microsoft adobe apple google mac program software programme logiciel
    programa
    """.split()  # noqa: SIM905
)
# "I would like", "it looks like": not comparisons.
_NOT_COMPARING = frozenset({"would", "d", "i", "we", "feel", "feels", "look", "looks"})
# Something is to be done with the program or its files: "convert photoshop files".
_WORK_ON = frozenset(
    """
    open opens convert converts edit edits view read reads write import export run runs file files
    format formats document documents sheet sheets plugin plugins server library driver drivers
    ouvrir ouvre convertir lire écrire importer exporter lancer fichier fichiers document documents
    serveur greffon abrir abre leer escribir importar exportar ejecutar archivo archivos fichero
    ficheros documento documentos servidor
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a request compares with: the program's name, and packages that do the same.

    ``packages`` is empty for a name that the table lacks; the name may then be a package.
    ``explicit`` if a word says so, such as "like" or "alternative", and not the name alone.
    """

    name: str
    packages: tuple[str, ...]
    explicit: bool


def find_comparison(text: str) -> Comparison | None:
    """Return what ``text`` compares with; None if it names no program from elsewhere."""
    tokens = words(text)
    if len(tokens) > MAX_WORDS:
        return None
    places = _find_names(tokens)
    for start, end in places:
        if _is_compared(tokens, start, end):
            name = " ".join(tokens[start:end])
            packages = tuple(package for package in _table()[name].packages if package != name)
            return Comparison(name, packages, explicit=True)
    if _WORK_ON.isdisjoint(tokens):
        for start, end in places:
            name = " ".join(tokens[start:end])
            if not _table()[name].everyday:
                return Comparison(name, _table()[name].packages, explicit=False)
    return _find_unlisted(tokens)


@dataclass(frozen=True, slots=True)
class _Entry:
    packages: tuple[str, ...]
    everyday: bool


@cache
def _table() -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            names, _, packages = line.rpartition(": ")
            for listed in names.split(","):
                name = " ".join(words(listed))
                everyday = listed.strip().startswith(EVERYDAY_MARK)
                entries[name] = _Entry(tuple(packages.split()), everyday)
    return entries


def _find_names(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the table's names are, the longest at each place."""
    places = []
    start = 0
    while start < len(tokens):
        for end in range(min(len(tokens), start + MAX_NAME_WORDS), start, -1):
            if " ".join(tokens[start:end]) in _table():
                places.append((start, end))
                start = end - 1
                break
        start += 1
    return places


def _is_compared(tokens: Sequence[str], start: int, end: int) -> bool:
    if end < len(tokens) and tokens[end] in _AFTER:
        return True
    place = _skip_fillers(tokens, start)
    if place < 0 or not _compares(tokens, place):
        return False
    everyday = _table()[" ".join(tokens[start:end])].everyday
    return not everyday or tokens[place] in _AFTER - {"like", "style"} or _opens(tokens, place)


def _opens(tokens: Sequence[str], place: int) -> bool:
    """True if nothing before ``place`` says what is wanted: "something like"."""
    return all(word in SCAFFOLDING or word in _FILLERS for word in tokens[:place])


def _skip_fillers(tokens: Sequence[str], start: int) -> int:
    """Return the place of the word before ``start`` that is no filler."""
    place = start - 1
    while place >= 0 and tokens[place] in _FILLERS and start - 1 - place < MAX_FILLERS:
        place -= 1
    return place


def _compares(tokens: Sequence[str], place: int) -> bool:
    before = tokens[place - 1] if place else ""
    return tokens[place] in _BEFORE and not (tokens[place] == "like" and before in _NOT_COMPARING)


def _find_unlisted(tokens: Sequence[str]) -> Comparison | None:
    """Return the one word that the whole request compares with: "an alternative to vlc".

    In "a web server like nginx" that word is an example: the request says what is wanted.
    """
    last = len(tokens) - 1
    if last < 1:
        return None
    if tokens[last] in _AFTER - {"like", "style", "type"} and _opens(tokens, last - 1):
        return Comparison(tokens[last - 1], (), explicit=True)
    place = _skip_fillers(tokens, last)
    if place >= 0 and _compares(tokens, place) and _opens(tokens, place):
        return Comparison(tokens[last], (), explicit=True)
    return None
