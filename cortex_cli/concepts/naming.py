"""One key for the forms of a name: case, accents, articles, plurals, spaces and hyphens folded.

"file system", "filesystems" and "the File-System" meet; "/etc/fstab", "2>&1" and "c++" keep
their signs.  Pure; knows no concept.
"""

from __future__ import annotations

from functools import lru_cache

from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold

MIN_PLURAL = 4  # "os", "gas", "dns" are no plurals
CACHED_NAMES = 10_000
_ARTICLES = frozenset(
    """
    a an the un une le la les l d du de des of el los las una uno unos unas del al lo
    some any
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_QUOTES = "\"'`«»“”\u2018\u2019 \t"
_MARKS = frozenset("?!,;:.")
_NAMES_IN_MARKS = ("$?", "#!", "!!", ";;", "..")
_ELISION = expression(r"\b([cdjlmnst]|qu)'(?=\w)")
_SPACES = expression(r"\s+")


def plain(text: str) -> str:
    """``text`` in lower case without accents, with single spaces and straight quotes."""
    straight = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u00a0", " ")
    straight = straight.replace("œ", "oe").replace("Œ", "oe").replace("\u202f", " ")
    return _SPACES.sub(" ", fold(straight)).strip()


@lru_cache(CACHED_NAMES)
def keys(name: str) -> tuple[str, ...]:
    """The keys of ``name``, the most literal first: as it is, in the singular, without articles.

    "https" and "pip" are so found before they are taken for forms of "http" and "pipe".
    """
    spoken = _ELISION.sub(r"\1 ", unquote(plain(name)))
    words = [part for word in spoken.split() for part in _parts(word)]
    content = [word for word in words if word not in _ARTICLES]
    literal, bare = "".join(words), "".join(content)
    whole = "".join(_singular(word) for word in words)
    short = "".join(_singular(word) for word in content)
    return tuple(dict.fromkeys(key for key in (literal, bare, whole, short) if key))


def unquote(text: str) -> str:
    """``text`` without the quotes and the sentence marks around it."""
    return strip_marks(text.strip(_QUOTES)).strip(_QUOTES)


def strip_marks(text: str) -> str:
    """``text`` without its final sentence marks; "$?", "#!" and ";;" are names and stay."""
    text = text.rstrip()
    while len(text) > 1 and text[-1] in _MARKS and not text.endswith(_NAMES_IN_MARKS):
        text = text[:-1].rstrip()
    return text


def strip_articles(text: str) -> str:
    """``text``, folded, without the articles before it."""
    words = _ELISION.sub(r"\1 ", plain(text)).split()
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    return " ".join(words)


def _parts(word: str) -> list[str]:
    """The parts of a hyphenated word; paths, options and signs stay whole."""
    word = word.strip(",;:()").rstrip("/") or word
    if word.startswith("-") or "/" in word:
        return [word]
    return [part.rstrip(".") for part in word.strip(_QUOTES).split("-") if part.rstrip(".")] or [
        word
    ]


def _singular(word: str) -> str:
    """English, French and Spanish plurals, and the final e that they share."""
    if len(word) < MIN_PLURAL or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > MIN_PLURAL:
        word = word[:-3] + "y"
    elif word.endswith(("eaux", "eux")):
        word = word[:-1]
    elif word.endswith("aux"):
        word = word[:-3] + "al"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is", "ys")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) >= MIN_PLURAL else word
