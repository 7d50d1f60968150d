"""A question as tokens: literals first, then concepts, prepositions, and words nobody knows.

Pure.  Knows no action; each token says how much it weighs when nothing accounts for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions import lexicon, rewriting
from cortex_cli.actions.lexicon import LONGEST, MARK, PLAIN, STOP, WEAK
from cortex_cli.actions.literals import ALONE, PROGRAMS, Literal, literals, number_of
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from pathlib import Path

# A question longer than this is none.
MAX_CHARS = 1500
MAX_TOKENS = 80
# UUID is a word of the lexicon, ERROR what a log is searched for.
LONGEST_ACRONYM = 4
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
# "a tar.gz of docs" speaks of a kind of archive, not of a file.
_FORMATS = frozenset(
    {"tar.gz", "tar.bz2", "tar.xz", "tar.zst", ".zip", ".tar.gz", ".tar.xz", ".tar", ".tar.bz2"}
)
# donne-le, serons-nous, ¿dígame-lo?: a verb and its pronoun, no name.
_INVERTED = expression(
    r"(?<=\w)-(?:t-)?(nous|vous|je|tu|ils?|elles?|on|moi|le|la|les|lui)\b", re.IGNORECASE
)
# "e.g." is no file's name.
_ASIDES = expression(r"\b(?:e\.g\.|i\.e\.|p\. ?ex\.|p\. ?ej\.|etc\.)", re.IGNORECASE)
# "turn the wifi off" is "turn off the wifi".
_PARTED = expression(
    r"\b(turn|switch|shut|bring|take|back|log)\s+((?:[\w./-]+\s+){0,2}[\w./-]+)\s+(off|on|down|up|out)\b(?=\s*[?.!]*$|\s+(?:now|at|in|again)\b)",
    re.IGNORECASE,
)

# "turn notes.txt into upper case" converts it.
_TURNED = expression(
    r"\b(?:turn|transform|make)\s+((?:\S{1,80}\s+){0,3}\S{1,80})\s+into\b", re.IGNORECASE
)

# "run the command uptime on x": the program is data, whatever the word means.
_COMMANDED = expression(
    r"\b(run|execute|exécuter|exécute|lancer|ejecutar|ejecuta)\s+(?:the\s+|la\s+|el\s+)?"
    r"(?:command|commande|comando|orden)\s+([a-z][\w.-]{1,40})(?=\s|\Z)",
    re.IGNORECASE,
)
# So are the two words of "replace hello by goodbye in".
_REPLACED = expression(
    r"\b(replace|substitute|remplacer|remplace|reemplazar|reemplaza|sustituir|sustituye)\s+"
    r"((?:(?:the\s+)?(?:every|all|each|word|string|chaque|le mot|cada|todos|la palabra)\s+)?)"
    r"([^\W\d][\w-]{1,40})\s+(by|with|par|por|con)\s+([^\W\d][\w-]{1,40})"
    r"(?=\s+(?:in|dans|en|everywhere)\b)",
    re.IGNORECASE,
)
_NOT_DATA = frozenset(
    """
    comma commas coma comas tab tabs virgule virgules spaces espaces espacios tabulations
    tabuladores semicolon semicolons colon colons underscores dots
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


def _quote_words(match: re.Match[str]) -> str:
    """The replacement's two words as quotations, unless they name a sign."""
    old, new = match[3], match[5]
    if {old.lower(), new.lower()} & _NOT_DATA:
        return match[0]
    return f'{match[1]} {match[2] or ""}"{old}" {match[4]} "{new}"'


@dataclass(frozen=True, slots=True)
class Token:
    """``concept`` is "" for a pure literal; ``literal`` is None for a pure word.

    ``ordinary`` words are known, of no concept, and no names.
    """

    text: str
    concept: str
    weight: float
    known: bool = False
    mark: bool = False
    literal: Literal | None = None
    ordinary: bool = False

    @property
    def kind(self) -> str:
        """The kind of its literal, or ""."""
        return self.literal.kind if self.literal is not None else ""

    @property
    def is_wordy(self) -> bool:
        """Whether it is a word of no concept: what a text search or a replacement may be for."""
        return self.literal is None and not self.mark and (not self.known or self.ordinary)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was asked, in its language."""

    text: str
    language: str
    tokens: tuple[Token, ...]

    def concepts(self) -> set[str]:
        """Everything it speaks of."""
        return {token.concept for token in self.tokens if token.concept}

    def opens_unknown(self, place: int) -> bool:
        """Whether ``place`` is an unknown word that the sentence begins with: a verb, no name."""
        token = self.tokens[place]
        plain = token.literal is None and not token.known and token.text.lower() not in PROGRAMS
        return place == 0 and plain and len(self.tokens) > 1

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
    text = _REPLACED.sub(_quote_words, _COMMANDED.sub(r'\1 "\2"', text))
    text = _TURNED.sub(r"convert \1 to", _ASIDES.sub(" ", text))
    tokens: list[Token] = []
    place = 0
    for literal in literals(text):
        if literal.kind in ("name", "device") and _is_known_word(literal.value, language, extra):
            continue
        tokens += _words(text[place : literal.start], language, extra)
        if literal.kind != "quoted" and literal.value.lower() in _FORMATS:
            tokens.append(Token(literal.value.lower(), "archive", 1.0, known=True))
        else:
            tokens.append(Token(literal.value, "", LITERAL_WEIGHT, literal=literal))
        place = literal.end
    tokens += _words(text[place:], language, extra)
    if len(tokens) > MAX_TOKENS:
        return None
    return Sentence(text, language, tuple(rewriting.rewrite(tokens)))


def _is_known_word(value: str, language: str, extra: Path | None) -> bool:
    run = tuple(piece for piece, _, _ in lexicon.pieces(value))
    shouted = len(value) > 3 and value.isupper() and not value.isalpha()
    return (
        bool(run)
        and "_" not in value
        and not shouted
        and lexicon.concept_of(run, language, extra) is not None
    )


def _words(text: str, language: str, extra: Path | None) -> list[Token]:
    tokens = []
    pieces = lexicon.pieces(text)
    place = 0
    while place < len(pieces):
        for length in range(min(LONGEST, len(pieces) - place), 0, -1):
            run = tuple(piece for piece, _, _ in pieces[place : place + length])
            concept = lexicon.concept_of(run, language, extra)
            if concept is not None and _is_foreign(text, pieces[place : place + length], language):
                concept = None
            if (
                concept is not None
                and length == 1
                and _is_shouted(text, pieces[place], concept.role)
            ):
                tokens.append(_shout(text[slice(*pieces[place][1:])]))
                place += 1
                break
            if concept is None or not _is_unbroken(text, pieces[place : place + length]):
                continue
            shown = text[pieces[place][1] : pieces[place + length - 1][2]]
            if concept.role != STOP:
                tokens.append(_token(shown, concept))
            place += length
            break
        else:
            tokens.append(
                _unknown_token(text[slice(*pieces[place][1:])], pieces[place][0], language)
            )
            place += 1
    return tokens


def _is_shouted(text: str, piece: tuple[str, int, int], role: str) -> bool:
    """TODO is no Spanish word, and ALL is what is looked for: capitals among small letters."""
    word = text[piece[1] : piece[2]]
    loud = len(word) > 2 and word.isalpha() and word.isupper() and not text.isupper()
    return loud and (role in (STOP, MARK, WEAK) or len(word) > LONGEST_ACRONYM)


def _shout(word: str) -> Token:
    return Token(word, "", LITERAL_WEIGHT, literal=Literal("name", word, 0, 0))


def _is_foreign(text: str, run: list[tuple[str, int, int]], language: str) -> bool:
    """A small word of another language, were it not for its accent: "thèse" is not "these"."""
    (piece, start, end), *more = run
    if more or text[start:end].isascii():
        return False
    concept = lexicon.concept_of((piece,), language)
    return (
        concept is not None
        and concept.role in (STOP, MARK)
        and not lexicon.stands_for((piece,), language)
    )


def _is_unbroken(text: str, run: list[tuple[str, int, int]]) -> bool:
    """No comma or full stop between the words of a run."""
    return all(not set(text[one[2] : two[1]]) & set(",;:.!?()") for one, two in pairwise(run))


def _token(shown: str, concept: lexicon.Concept) -> Token:
    if (path := PLACES.get(concept.name)) is not None:
        literal = Literal("path", path, 0, 0)
        return Token(shown, concept.name, PLACE_WEIGHT, known=True, literal=literal)
    weight = WEIGHTS[concept.role]
    return Token(shown, concept.name, weight, known=True, mark=concept.role == MARK)


def _unknown_token(shown: str, piece: str, language: str) -> Token:
    if piece in ALONE:
        literal = Literal("number", shown, 0, 0, number_of(piece))
        return Token(shown, "", LITERAL_WEIGHT, literal=literal)
    if lexicon.is_ordinary(piece, language):
        return Token(shown, lexicon.root_of(piece), UNKNOWN_WEIGHT, known=True, ordinary=True)
    return Token(shown, lexicon.root_of(piece), UNKNOWN_WEIGHT)
