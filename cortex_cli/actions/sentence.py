"""A question as tokens: literals first, then concepts, prepositions, and words nobody knows.

Pure.  Knows no action; each token says how much it weighs when nothing accounts for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions import lexicon
from cortex_cli.actions.lexicon import LONGEST, MARK, PLAIN, STOP, WEAK
from cortex_cli.actions.literals import ALONE, Literal, literals, number_of
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from pathlib import Path

# A question longer than this is none.
MAX_CHARS = 1500
MAX_TOKENS = 80
WEIGHTS = {MARK: 0.0, WEAK: 0.15, PLAIN: 1.0}
UNKNOWN_WEIGHT, LITERAL_WEIGHT, PLACE_WEIGHT = 1.3, 1.5, 0.3
# Concepts that are a path of their own.
PLACES = {
    "here": ".",
    "home": "~",
    "rootdir": "/",
    "desktop": "~/Desktop",
    "downloads": "~/Downloads",
}
_PERIODS = {"hour": "h", "day": "d", "week": "w", "month": "mon", "year": "y", "minute": "min"}
_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "deuxieme": 2, "seconde": 2,
    "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "segundo": 2, "segunda": 2, "tercero": 3,
    "tercera": 3, "tercer": 3, "cuarto": 4, "cuarta": 4, "quinta": 5, "quinto": 5, "premiere": 1,
    "premier": 1, "primera": 1, "primer": 1, "primero": 1, "first": 1,
}  # fmt: skip
# "a tar.gz of docs" speaks of a kind of archive, not of a file.
_FORMATS = frozenset(
    {"tar.gz", "tar.bz2", "tar.xz", "tar.zst", ".zip", ".tar.gz", ".tar.xz", ".tar", ".tar.bz2"}
)
# donne-le, serons-nous, ¿dígame-lo?: a verb and its pronoun, no name.
_INVERTED = re.compile(
    r"(?<=\w)-(?:t-)?(nous|vous|je|tu|ils?|elles?|on|moi|le|la|les|lui)\b", re.IGNORECASE
)
# "turn the wifi off" is "turn off the wifi".
_PARTED = re.compile(
    r"\b(turn|switch|shut|bring|take|back|log)\s+((?:[\w./-]+\s+){0,2}[\w./-]+)\s+(off|on|down|up|out)\b(?=\s*[?.!]*$|\s+(?:now|at|in|again)\b)",
    re.IGNORECASE,
)
_MAY_NAME = frozenset(
    {
        "image",
        "video",
        "audio",
        "web",
        "backup",
        "temp",
        "journal",
        "container",
        "git",
        "config",
        "mail",
        "public",
        "upload",
        "python",
        "core",
        "test",
        "cache",
        "project",
        "pdf",
        "url",
        "information",
        "string",
    }
)
_COUNTED = frozenset({"column", "line", "page", "word"})


@dataclass(frozen=True, slots=True)
class Token:
    """``concept`` is "" for a pure literal; ``literal`` is None for a pure word."""

    text: str
    concept: str
    weight: float
    known: bool = False
    mark: bool = False
    literal: Literal | None = None

    @property
    def kind(self) -> str:
        """The kind of its literal, or ""."""
        return self.literal.kind if self.literal is not None else ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was asked, in its language."""

    text: str
    language: str
    tokens: tuple[Token, ...]

    def concepts(self) -> set[str]:
        """Everything it speaks of."""
        return {token.concept for token in self.tokens if token.concept}

    def weight(self, used: set[int]) -> tuple[float, float]:
        """The weight of the tokens in ``used``, and of the others."""
        inside = sum(token.weight for place, token in enumerate(self.tokens) if place in used)
        return inside, sum(token.weight for token in self.tokens) - inside


def read(text: str, language: str, extra: Path | None = None) -> Sentence | None:
    """``text`` as a sentence; None when it is too long to be one.

    ``extra`` is a lexicon that goes before the actions' own.
    """
    if len(text) > MAX_CHARS:
        return None
    text = _PARTED.sub(r"\1 \3 \2", _INVERTED.sub(r" \1", text))
    tokens: list[Token] = []
    place = 0
    for literal in literals(text):
        if literal.kind in ("name", "device") and _known_word(literal.value, language, extra):
            continue
        tokens += _words(text[place : literal.start], language, extra)
        if literal.value.lower() in _FORMATS:
            tokens.append(Token(literal.value.lower(), "archive", 1.0, known=True))
        else:
            tokens.append(Token(literal.value, "", LITERAL_WEIGHT, literal=literal))
        place = literal.end
    tokens += _words(text[place:], language, extra)
    if len(tokens) > MAX_TOKENS:
        return None
    return Sentence(text, language, tuple(_periods(_ordinals(_folder_names(tokens)))))


def _folder_names(tokens: list[Token]) -> list[Token]:
    """ "the folder photos" is called photos."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        alone = one.concept in ("folder", "script") and not one.text.lower().endswith("s")
        after = tokens[place + 2].concept if place + 2 < len(tokens) else ""
        if alone and two.concept in _MAY_NAME and two.literal is None and after != "file":
            literal = Literal("name", two.text, 0, 0)
            found[place + 1] = Token(two.text, "", LITERAL_WEIGHT, literal=literal)
    return found


def _known_word(value: str, language: str, extra: Path | None) -> bool:
    run = tuple(piece for piece, _, _ in lexicon.pieces(value))
    return bool(run) and "_" not in value and lexicon.concept_of(run, language, extra) is not None


def _words(text: str, language: str, extra: Path | None) -> list[Token]:
    found = []
    said = lexicon.pieces(text)
    place = 0
    while place < len(said):
        for length in range(min(LONGEST, len(said) - place), 0, -1):
            run = tuple(piece for piece, _, _ in said[place : place + length])
            concept = lexicon.concept_of(run, language, extra)
            if concept is None or not _together(text, said[place : place + length]):
                continue
            shown = text[said[place][1] : said[place + length - 1][2]]
            if concept.role != STOP:
                found.append(_token(shown, concept))
            place += length
            break
        else:
            found.append(_unknown(text[slice(*said[place][1:])], said[place][0]))
            place += 1
    return found


def _together(text: str, run: list[tuple[str, int, int]]) -> bool:
    """No comma or full stop between the words of a run."""
    return all(not set(text[one[2] : two[1]]) & set(",;:.!?()") for one, two in pairwise(run))


def _token(shown: str, concept: lexicon.Concept) -> Token:
    if (path := PLACES.get(concept.name)) is not None:
        literal = Literal("path", path, 0, 0)
        return Token(shown, concept.name, PLACE_WEIGHT, known=True, literal=literal)
    weight = WEIGHTS[concept.role]
    return Token(shown, concept.name, weight, known=True, mark=concept.role == MARK)


def _unknown(shown: str, piece: str) -> Token:
    if piece in ALONE:
        literal = Literal("number", shown, 0, 0, number_of(piece))
        return Token(shown, "", LITERAL_WEIGHT, literal=literal)
    return Token(shown, lexicon.root_of(piece), UNKNOWN_WEIGHT)


def _ordinals(tokens: list[Token]) -> list[Token]:
    """ "second column" and "column two" hold a number."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        said = fold(one.text)
        single = not two.text.lower().endswith("s")
        if two.concept in _COUNTED and said in _ORDINALS and (single or not one.known):
            literal = Literal("number", one.text, 0, 0, float(_ORDINALS[said]), "ordinal")
            found[place] = Token(one.text, "", 1.0, literal=literal)
    return found


def _periods(tokens: list[Token]) -> list[Token]:
    """ "the last hour" is a duration of one."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        if (
            one.concept == "last"
            and two.concept in _PERIODS
            and place
            and tokens[place - 1].kind == "number"
        ):
            number = tokens[place - 1].literal
            literal = Literal(
                "duration", two.text, 0, 0, number.number if number else 1.0, _PERIODS[two.concept]
            )
            found[place - 1] = replace(tokens[place - 1], literal=None, weight=0.0, mark=True)
            found[place + 1] = replace(two, concept="", weight=LITERAL_WEIGHT, literal=literal)
            continue
        pair = one, two
        for first, second, at in ((*pair, place + 1), (two, one, place)):
            if first.concept == "last" and second.concept in _PERIODS and second.literal is None:
                literal = Literal("duration", second.text, 0, 0, 1.0, _PERIODS[second.concept])
                found[at] = replace(second, concept="", weight=LITERAL_WEIGHT, literal=literal)
    return found
