"""Words that say a number, a time or a duration: "second column", "the last hour", "à 4h"."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.literals import Literal
from cortex_cli.actions.rewriting.values import LITERAL_WEIGHT, literal_of, name_of
from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

_PERIODS = {"hour": "h", "day": "d", "week": "w", "month": "mon", "year": "y", "minute": "min"}
_DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "mon": 30.4, "y": 365.0}
_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "deuxieme": 2, "seconde": 2,
    "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "segundo": 2, "segunda": 2, "tercero": 3,
    "tercera": 3, "tercer": 3, "cuarto": 4, "cuarta": 4, "quinta": 5, "quinto": 5, "premiere": 1,
    "premier": 1, "primera": 1, "primer": 1, "primero": 1, "first": 1,
}  # fmt: skip
_COUNTED = frozenset({"column", "line", "page", "word"})
_NUMBERED = expression(r"(\d{1,3})(?:st|nd|rd|th|e|er|ere|re|eme|º|ª|o|a)\Z", re.IGNORECASE)
_EARLY = frozenset({"morning", "matin", "manana", "madrugada", "am", "h"})
_LATE = frozenset({"afternoon", "evening", "soir", "tarde", "noche", "pm"})
_BETWEEN = frozenset({"entre", "between", "y", "et", "and", "a"})
_HOUR = expression(r"(\d{1,2})\s?h\Z", re.IGNORECASE)
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), 1)
}
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


def set_hours(tokens: list[Token]) -> list[Token]:
    """ "4 in the morning", "a las 8 de la tarde", "entre las 8 y las 10": times of day."""
    new_tokens = list(tokens)
    concepts = {token.concept for token in tokens}
    dated = {"between", "journal"} <= concepts and any(token.kind == "stamp" for token in tokens)
    for place, token in enumerate(tokens):
        if token.kind != "number" or not token.text.isdigit() or int(token.text) > 23:
            continue
        after = [n for n in range(place + 1, min(len(tokens), place + 4)) if not tokens[n].mark]
        part = fold(tokens[after[0]].text).split()[-1] if after else ""
        later = part in _LATE and int(token.text) < 12
        if part not in _EARLY | _LATE and dated and fold(tokens[place - 1].text) in _BETWEEN:
            clock = literal_of("clock", f"{int(token.text):02d}:00")
            new_tokens[place] = replace(token, literal=clock)
        if part in _EARLY | _LATE:
            hour = int(token.text) + (12 if later else 0)
            new_tokens[place] = replace(token, literal=literal_of("clock", f"{hour:02d}:00"))
            new_tokens[after[0]] = replace(new_tokens[after[0]], concept="", weight=0.0, mark=True)
    return new_tokens


def drop_repeats(tokens: list[Token]) -> list[Token]:
    """ "2 years (730 days)" is said twice: the second is the exact one."""
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        if one.literal is None or two.literal is None or {one.kind, two.kind} != {"duration"}:
            continue
        days = [t.literal.number * _DAYS[t.literal.unit] for t in (one, two) if t.literal]
        if max(days) <= 1.05 * min(days):
            new_tokens[place] = replace(one, literal=None, weight=0.0, mark=True)
    return new_tokens


def number_months(tokens: list[Token]) -> list[Token]:
    """ "march 2027": the month of a year."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        after = [one for one in tokens[place + 1 : place + 3] if not one.mark]
        year = bool(after) and after[0].kind == "number" and len(after[0].text) == 4
        if year and token.literal is None and (number := _MONTHS.get(fold(token.text))):
            new_tokens[place] = replace(name_of(token), literal=literal_of("month", str(number)))
    return new_tokens


def join_dates(tokens: list[Token]) -> list[Token]:
    """ "15 november 2026", "15 de noviembre de 2026", "november 15, 2026": one date."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        month = _MONTHS.get(fold(token.text))
        if not month or token.literal is not None:
            continue
        near = [n for n in range(max(0, place - 2), min(len(tokens), place + 4)) if n != place]
        numbers = [n for n in near if tokens[n].kind == "number" and tokens[n].text.isdigit()]
        day = next((n for n in numbers if 0 < int(tokens[n].text) < 32), None)
        year = next((n for n in numbers if len(tokens[n].text) == 4), None)
        if day is None or year is None:
            continue
        stamp = f"{tokens[year].text}-{month:02d}-{int(tokens[day].text):02d}"
        for n in range(min(day, place), max(year, place) + 1):
            new_tokens[n] = replace(new_tokens[n], concept="", weight=0.0, mark=True, literal=None)
        new_tokens[place] = replace(name_of(token), text=stamp, literal=literal_of("stamp", stamp))
    return new_tokens


def drop_counts(tokens: list[Token]) -> list[Token]:
    """ "the two files a and b": the number is how many are named."""
    named = sum(token.kind in ("file", "path", "archive", "name") for token in tokens)
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        counted = _HOW_MANY.get(fold(token.text))
        if (
            counted
            and (counted == named or not named)
            and any(
                one.concept in ("file", "folder", "pdf", "image", "video")
                for one in tokens[place + 1 : place + 3]
            )
        ):
            new_tokens[place] = replace(token, weight=0.0, mark=True, literal=None)
    return new_tokens


def set_clocks(tokens: list[Token]) -> list[Token]:
    """ "à 4h" is a time of day, "pendant 4h" a duration."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        match = _HOUR.match(token.text)
        before = fold(tokens[place - 1].text) if place else ""
        if token.kind == "duration" and match and before in ("a", "vers") and int(match[1]) < 24:
            literal = literal_of("clock", f"{int(match[1]):02d}:00")
            new_tokens[place] = replace(token, literal=literal)
    return new_tokens


def count_ordinals(tokens: list[Token]) -> list[Token]:
    """ "second column" and "column two" hold a number."""
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        word = fold(one.text)
        written = _NUMBERED.match(word)
        number = int(written[1]) if written else _ORDINALS.get(word)
        single = not two.text.lower().endswith("s")
        if two.concept in _COUNTED and number and (single or not one.known):
            literal = Literal("number", one.text, 0, 0, float(number), "ordinal")
            new_tokens[place] = replace(one, concept="", weight=1.0, literal=literal)
    return new_tokens


def measure_periods(tokens: list[Token]) -> list[Token]:
    """ "the last hour" is a duration of one."""
    new_tokens = list(tokens)
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
            new_tokens[place - 1] = replace(tokens[place - 1], literal=None, weight=0.0, mark=True)
            new_tokens[place] = replace(one, weight=0.0, mark=True)
            new_tokens[place + 1] = replace(two, concept="", weight=LITERAL_WEIGHT, literal=literal)
            continue
        pair = one, two
        for first, second, at in ((*pair, place + 1), (two, one, place)):
            if first.concept == "last" and second.concept in _PERIODS and second.literal is None:
                literal = Literal("duration", second.text, 0, 0, 1.0, _PERIODS[second.concept])
                new_tokens[at] = replace(second, concept="", weight=LITERAL_WEIGHT, literal=literal)
    return new_tokens


def take_halves(tokens: list[Token]) -> list[Token]:
    """ "half a gig" is 0.5 G; "by half" is 50 %."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        if token.concept != "half" or token.literal is not None:
            continue
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if after is not None and after.kind in ("size", "duration") and after.literal is not None:
            half = replace(after.literal, number=after.literal.number / 2)
            new_tokens[place + 1] = replace(after, literal=half)
            new_tokens[place] = replace(token, weight=0.0, mark=True)
        else:
            literal = literal_of("percent", "50", 50.0)
            new_tokens[place] = replace(token, concept="", weight=1.0, literal=literal)
    return new_tokens
