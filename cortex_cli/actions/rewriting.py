"""Tokens that say together what none says alone: "the last hour", "second column", "the folder x".

Each pass takes a sentence's tokens and gives as many.  Pure; knows no action.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.leftover import VERBS
from cortex_cli.actions.literals import EXTENSIONS, PROGRAMS, Literal
from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

LITERAL_WEIGHT = 1.5
_PERIODS = {"hour": "h", "day": "d", "week": "w", "month": "mon", "year": "y", "minute": "min"}
_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "deuxieme": 2, "seconde": 2,
    "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "segundo": 2, "segunda": 2, "tercero": 3,
    "tercera": 3, "tercer": 3, "cuarto": 4, "cuarta": 4, "quinta": 5, "quinto": 5, "premiere": 1,
    "premier": 1, "primera": 1, "primer": 1, "primero": 1, "first": 1,
}  # fmt: skip
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


# What a name follows: "the user eva", "called reports".
_ANNOUNCES = frozenset(
    {"folder", "user", "group", "host", "named", "script", "branch", "container"}
)
_CONVERTS = frozenset({"convert", "change", "save", "transform"})
_HOUR = expression(r"(\d{1,2})\s?h\Z", re.IGNORECASE)


def rewritten(tokens: list[Token]) -> list[Token]:
    """``tokens`` with what stands for a value made one."""
    passes = (
        *(_names, _folder_names, _ordinals, _periods, _targets),
        *(_clocks, _months, _described, _counted, _made),
    )
    for rewrite in passes:
        tokens = rewrite(tokens)
    return tokens


def _literal(kind: str, text: str, number: float = 0.0, unit: str = "") -> Literal:
    return Literal(kind, text, 0, 0, number, unit)


def _named(token: Token) -> Token:
    literal = _literal("name", token.text)
    return replace(
        token, concept="", weight=LITERAL_WEIGHT, literal=literal, known=False, ordinary=False
    )


def _names(tokens: list[Token]) -> list[Token]:
    """A word is a name where one is announced: "a directory called reports", "the folder build"."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        if two.literal is None and not two.mark and _announced(tokens, place, one, two):
            found[place + 1] = _named(two)
    return found


def _announced(tokens: list[Token], place: int, one: Token, two: Token) -> bool:
    if fold(one.text) in _FIELDS:
        return two.weight >= 1.0 and any(token.kind == "file" for token in tokens)
    if one.concept == "named":
        return two.concept not in _UNNAMEABLE
    plural = one.text.lower().endswith(("s", "x"))
    if one.concept not in _ANNOUNCES or plural or one.literal is not None:
        return False
    if fold(one.text) in PROGRAMS or fold(two.text).endswith(("ly", "ment", "mente")):
        return False
    # A verb where a noun belongs: with another verb before, or nothing but a preposition after.
    after = tokens[place + 2] if place + 2 < len(tokens) else None
    acts = VERBS | {"verify"}
    second = any(token.concept in acts for token in tokens[:place])
    verb = two.concept in acts and place > 0 and (second or after is None or after.mark)
    return two.ordinary or verb or two.text[:1].isupper()


_UNNAMEABLE = frozenset(
    {"file", "folder", "string", "starting", "ending", "containing", "line", "like", "user", "host"}
    | {"group", "package", "service", "branch", "match", "word", "character", "this"}
)
# They announce a name in a structured file: "the field version of package.json".
_FIELDS = frozenset({"field", "key", "champ", "clave", "campo"})
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), 1)
}


def _months(tokens: list[Token]) -> list[Token]:
    """ "march 2027": the month of a year."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        after = [one for one in tokens[place + 1 : place + 3] if not one.mark]
        year = bool(after) and after[0].kind == "number" and len(after[0].text) == 4
        if year and token.literal is None and (number := _MONTHS.get(fold(token.text))):
            found[place] = replace(_named(token), literal=_literal("month", str(number)))
    return found


# What only says which kind of file is named: "the text file a.txt", "a 7z archive x.7z".
_DESCRIBES = frozenset(
    """
    string journal config script backup csv json xml yaml image video audio pdf python archive
    compress
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


def _described(tokens: list[Token]) -> list[Token]:
    """A word before a file's name that says only what kind of file it is weighs little."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        if token.kind not in ("file", "path"):
            continue
        ending = token.text.rsplit(".", 1)[-1].lower()
        for near in range(max(0, place - 4), place):
            one = tokens[near]
            between = tokens[near + 1 : place]
            if any(
                t.concept not in ("file", "named", "folder", "archive", "compress") for t in between
            ):
                continue
            if one.concept in _DESCRIBES and one.literal is None and (near or not between):
                found[near] = replace(one, weight=0.15)
            elif fold(one.text) == ending and between:
                found[near] = replace(one, weight=0.0, mark=True, literal=None)
    return found


_HOW_MANY = {
    "two": 2,
    "both": 2,
    "deux": 2,
    "dos": 2,
    "ambos": 2,
    "three": 3,
    "trois": 3,
    "tres": 3,
}


def _counted(tokens: list[Token]) -> list[Token]:
    """ "the two files a and b": the number is how many are named."""
    named = sum(token.kind in ("file", "path", "archive", "name") for token in tokens)
    found = list(tokens)
    for place, token in enumerate(tokens):
        if _HOW_MANY.get(fold(token.text)) == named and any(
            one.concept in ("file", "folder", "pdf", "image", "video")
            for one in tokens[place + 1 : place + 3]
        ):
            found[place] = replace(token, weight=0.0, mark=True, literal=None)
    return found


def _targets(tokens: list[Token]) -> list[Token]:
    """ "convert film.mkv to mp4" makes film.mp4."""
    files = [token for token in tokens if token.kind in ("file", "path")]
    if len(files) != 1 or not any(token.concept in _CONVERTS for token in tokens):
        return tokens
    name = files[0].text
    if "." not in name.rsplit("/", 1)[-1].lstrip("."):
        return tokens
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        ending = two.text.lower().lstrip(".")
        plain = two.kind in ("", "name", "extension") and ending in EXTENSIONS
        if one.mark and plain and ending not in _NO_TARGETS:
            made = f"{name.rsplit('.', 1)[0]}.{ending}"
            found[place + 1] = replace(
                _named(two), text=made, literal=replace(_literal("file", made))
            )
            break
    return found


# A format that names no ending of its own here, or that entries of the catalogue speak of.
_NO_TARGETS = frozenset({"pdf", "text", "out", "log", "core", "pid", "lock", "list", "backup", "o"})


def _clocks(tokens: list[Token]) -> list[Token]:
    """ "à 4h" is a time of day, "pendant 4h" a duration."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        match = _HOUR.match(token.text)
        before = fold(tokens[place - 1].text) if place else ""
        if token.kind == "duration" and match and before in ("a", "vers") and int(match[1]) < 24:
            literal = _literal("clock", f"{int(match[1]):02d}:00")
            found[place] = replace(token, literal=literal)
    return found


def _folder_names(tokens: list[Token]) -> list[Token]:
    """ "the folder photos" is called photos."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        alone = one.concept in ("folder", "script") and not one.text.lower().endswith("s")
        after = tokens[place + 2].concept if place + 2 < len(tokens) else ""
        if alone and two.concept in _MAY_NAME and two.literal is None and after != "file":
            found[place + 1] = _named(two)
    return found


def _ordinals(tokens: list[Token]) -> list[Token]:
    """ "second column" and "column two" hold a number."""
    found = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        said = fold(one.text)
        single = not two.text.lower().endswith("s")
        if two.concept in _COUNTED and said in _ORDINALS and (single or not one.known):
            literal = Literal("number", one.text, 0, 0, float(_ORDINALS[said]), "ordinal")
            found[place] = replace(one, concept="", weight=1.0, literal=literal)
    return found


# What something can be made: then making it is a change.
_BECOMES = frozenset({"readable", "writable", "executable", "immutable", "private", "default"})


def _made(tokens: list[Token]) -> list[Token]:
    """ "make x executable" creates nothing; "midnight" is a time of day."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        near = {one.concept for one in tokens[place + 1 : place + 5]}
        if token.concept == "create" and near & _BECOMES and "file" not in near:
            found[place] = replace(token, concept="change")
        elif token.concept == "enable" and place and tokens[place - 1].concept == "not":
            found[place] = replace(token, concept="disable")
            found[place - 1] = replace(tokens[place - 1], weight=0.0, mark=True)
        elif token.concept in _HOURS:
            found[place] = replace(token, literal=_literal("clock", _HOURS[token.concept]))
    return found


_HOURS = {"midnight": "00:00", "noon": "12:00"}


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
            found[place] = replace(one, weight=0.0, mark=True)
            found[place + 1] = replace(two, concept="", weight=LITERAL_WEIGHT, literal=literal)
            continue
        pair = one, two
        for first, second, at in ((*pair, place + 1), (two, one, place)):
            if first.concept == "last" and second.concept in _PERIODS and second.literal is None:
                literal = Literal("duration", second.text, 0, 0, 1.0, _PERIODS[second.concept])
                found[at] = replace(second, concept="", weight=LITERAL_WEIGHT, literal=literal)
    return found
