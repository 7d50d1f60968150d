"""What a word says, whatever its language: words and their forms to concepts (``lexicon.txt``).

Forms are tried, not listed: "supprimés", "borrarlos" and "deleting" all find their verb.  Pure
but for reading its own file, or the compiled copy of it, once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from cortex_cli import compiled
from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold, stem
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

LEXICON = Path(__file__).parent / "lexicon.txt"
ORDINARY = Path(__file__).parent / "ordinary.txt"
LANGUAGES = (ENGLISH, FRENCH, SPANISH)
STOP, MARK, WEAK, PLAIN = "stop", "mark", "weak", "plain"
_SIGNS = {"-": STOP, "@": MARK, "~": WEAK}
LONGEST = 6
CACHED_WORDS = 20_000
MIN_ADVERB, MIN_VERB = 7, 5
_PIECE = expression(r"\b(?:[cdjlmnst]|qu|lorsqu|jusqu)'|[^\W_]+(?:-[^\W_]+){0,6}|&", re.IGNORECASE)
# "it", "los" and "-le" at the end of a verb: borrarlos, dame, donne-le.
_ENCLITICS = expression(r"(?<=[aei]r)(?:me|te|se|nos)?(?:lo|la|los|las|le|les|me|se)$")
_ENDINGS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    ENGLISH: (
        ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")),
        ("ing", ("", "e")), ("d", ("",)), ("ly", ("",)), ("est", ("", "e")), ("iest", ("y",)),
    ),
    FRENCH: (
        ("aux", ("al", "au")), ("s", ("",)), ("x", ("",)), ("es", ("", "er")), ("e", ("", "er")),
        ("ee", ("er",)), ("ees", ("er",)), ("ez", ("er",)), ("ons", ("er",)), ("ent", ("er", "re")),
        ("ant", ("er", "ir", "re")), ("ai", ("er",)), ("ait", ("er",)), ("era", ("er",)),
        ("is", ("ir",)), ("it", ("ir",)), ("issant", ("ir",)), ("issez", ("ir",)), ("t", ("re",)),
        ("u", ("re",)), ("us", ("re",)), ("ue", ("re",)), ("ues", ("re",)),
    ),
    SPANISH: (
        ("s", ("",)), ("es", ("", "ar", "er")), ("o", ("ar", "er", "ir")), ("a", ("ar", "o")),
        ("as", ("ar", "o")), ("an", ("ar",)), ("e", ("ar", "er", "ir")), ("en", ("ar", "er", "ir")),
        ("amos", ("ar",)), ("emos", ("er", "ar")), ("ado", ("ar",)), ("ada", ("ar",)),
        ("ados", ("ar",)), ("adas", ("ar",)), ("ando", ("ar",)), ("ido", ("er", "ir")),
        ("idos", ("er", "ir")), ("ida", ("er", "ir")), ("idas", ("er", "ir")),
        ("iendo", ("er", "ir")), ("ue", ("uar",)), ("qué", ("car",)), ("que", ("car",)),
        ("quen", ("car",)), ("gue", ("gar",)), ("é", ("ar",)), ("ces", ("z",)),
    ),
}  # fmt: skip


class Concept(NamedTuple):
    """``role`` is ``stop``, ``mark``, ``weak`` or ``plain``."""

    name: str
    role: str


def pieces(text: str) -> list[tuple[str, int, int]]:
    """The words of ``text`` in lower case without accents, with their places."""
    plain = text.replace("\u2019", "'")
    return [(fold(match[0]), *match.span()) for match in _PIECE.finditer(plain)]


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Lexicon:
    """``runs`` holds for each language the runs of words, joined by spaces, of each concept.

    ``everyday`` are, for each language, its words that name nothing.
    """

    concepts: tuple[tuple[str, str], ...]
    runs: dict[str, dict[str, int]]
    everyday: dict[str, frozenset[str]]

    def find(self, run: tuple[str, ...], language: str) -> Concept | None:
        """What ``run``, as it stands, says in ``language``."""
        number = self.runs[language].get(" ".join(run))
        return None if number is None else Concept(*self.concepts[number])


@cache
def load(path: Path = LEXICON) -> Lexicon:
    """The lexicon at ``path``, from the compiled copy if there is one."""
    also = () if path == LEXICON else (LEXICON.parent,)
    return compiled.load(path.parent, Lexicon, lambda: parse(path), also=also)


def parse(path: Path) -> Lexicon:
    """The lexicon at ``path``, from its file; the first line that has a run says what it is."""
    concepts: list[tuple[str, str]] = []
    runs: dict[str, dict[str, int]] = {name: {} for name in LANGUAGES}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, forms = line.partition(":")
        if not forms or name.startswith("#"):
            continue
        concepts.append((name.lstrip("-@~"), _SIGNS.get(name[0], PLAIN)))
        for language, words in zip(LANGUAGES, forms.split("|"), strict=False):
            for word in words.split():
                run = " ".join(piece for piece, _, _ in pieces(word.replace("_", " ")))
                runs[language].setdefault(run, len(concepts) - 1)
    return Lexicon(tuple(concepts), runs, _read_ordinary_words() if path == LEXICON else {})


def _read_ordinary_words() -> dict[str, frozenset[str]]:
    by_language = {}
    for line in ORDINARY.read_text(encoding="utf-8").splitlines():
        language, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            by_language[language] = frozenset(fold(word) for word in words.split())
    return by_language


def stands_for(run: tuple[str, ...], language: str) -> bool:
    """Whether ``run``, as it stands, says something in ``language``."""
    return load().find(run, language) is not None


def concept_of(run: tuple[str, ...], language: str, extra: Path | None = None) -> Concept | None:
    """What a run of words stands for, in the question's language before the others.

    ``extra`` is a lexicon that goes before ours.
    """
    return _lookup(run, language, extra)


@lru_cache(CACHED_WORDS)
def _lookup(run: tuple[str, ...], language: str, extra: Path | None) -> Concept | None:
    lexicons = (load(),) if extra is None else (load(extra), load())

    def find(run: tuple[str, ...], name: str) -> Concept | None:
        return next((concept for one in lexicons if (concept := one.find(run, name))), None)

    order = (language, *(name for name in (ENGLISH, FRENCH, SPANISH) if name != language))
    for name in order:
        if (concept := find(run, name)) is not None:
            return concept
    for name in order[:1] if len(run) > 1 else order:
        for last in _forms(run[-1], name):
            if (concept := find((*run[:-1], last), name)) is not None and concept.role != STOP:
                return concept
        if len(run) > 1:
            for first in _forms(run[0], name):
                if (concept := find((first, *run[1:]), name)) is not None:
                    return concept
    return None


def _forms(word: str, language: str) -> list[str]:
    """Plain forms that ``word`` may be of."""
    forms = []
    if language == SPANISH and len(word) > 4 and (bare := _ENCLITICS.sub("", word)) != word:
        forms.append(bare)
    for ending, puts in _ENDINGS[language]:
        if word.endswith(ending) and len(word) - len(ending) >= (2 if ending == "s" else 3):
            cut = word[: len(word) - len(ending)]
            forms += [cut + put for put in puts]
            if len(cut) > 3 and cut[-1] == cut[-2]:
                forms.append(cut[:-1])
    return forms


def root_of(word: str) -> str:
    """What stands for a word of no concept."""
    return stem(unicodedata.normalize("NFC", word))


# Adverbs are formed at will, and name nothing.
_ADVERBS = {ENGLISH: ("ally", "edly", "ously", "ively"), FRENCH: ("ment",), SPANISH: ("mente",)}
_INFINITIVES = {FRENCH: ("er", "ir"), SPANISH: ("ar", "er", "ir")}


@lru_cache(CACHED_WORDS)
def is_ordinary(word: str, language: str) -> bool:
    """Whether ``word`` is one of everyday language, in any form."""
    known = load().everyday.get(language, frozenset())
    if word in known or any(form in known for form in _forms(word, language)):
        return True
    if len(word) >= MIN_VERB and word.endswith(_INFINITIVES.get(language, ("\0",))):
        return True
    return len(word) > MIN_ADVERB and word.endswith(_ADVERBS.get(language, ()))
