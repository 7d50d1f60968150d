"""Sizes, ages, owners and rights: which limits files must keep.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.tree.selection import bare, take_near

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.families.tree.selection import Selection
    from cortex_cli.actions.literals import Literal
    from cortex_cli.actions.sentence import Token

_OLD = frozenset({"older", "notaccessed", "more", "ago", "not", "less_recent"})


def read_sizes(r: Reader, chosen: Selection) -> None:
    """ "larger than 10M", "between 1M and 2M", "of exactly 100 bytes"."""
    sizes = [(n, token.literal) for n, token in r.free() if token.kind == "size" and token.literal]
    if len(sizes) == 2 and r.has("between"):
        (_, low), (_, high) = sizes
        chosen.tests += ["-size", f"+{size(low)}", "-size", f"-{size(high)}"]
        r.used.update(n for n, _ in sizes)
        return
    for n, literal in sizes:
        before = r.before(n, 3)
        sign = "-" if "less" in before or "in" in before[:1] else "+" if "more" in before else ""
        if "not" in before and sign:
            sign = {"+": "-", "-": "+"}[sign]
        chosen.tests += [
            "-size",
            below(literal) if sign == "-" else f"{sign}{size(literal)}",
        ]
        take_near(r, n, {"more", "less", "in", "size", "file", "not", "than", "newer", "older"})


def size(literal: Literal) -> str:
    """A size as find writes it."""
    whole = literal.number
    unit = literal.unit
    units = "cTGMk"
    while whole != int(whole) and unit in "TGMk":
        whole, unit = whole * 1024, {"T": "G", "G": "M", "M": "k", "k": "c"}[unit]
    del units
    return f"{int(whole)}{unit}" if unit != "T" else f"{int(whole) * 1024}G"


def below(literal: Literal) -> str:
    """find rounds sizes up: below 1M is below 1024k, or it would only be what is empty."""
    if literal.number == 1 and literal.unit in "TGMk":
        return f"-1024{ {'T': 'G', 'G': 'M', 'M': 'k', 'k': 'c'}[literal.unit] }"
    return f"-{size(literal)}"


def read_ages(r: Reader, chosen: Selection) -> None:
    """When files were changed or read: durations, days, dates, other files."""
    test = "a" if r.take("accessed") or r.has("notaccessed") else "c" if r.take("created") else "m"
    r.take("modified")
    if any(token.kind == "duration" or token.concept == "today" for token in r.tokens):
        r.take("change")
    for n, token in list(r.free()):
        if token.kind == "duration" and token.literal is not None:
            near = {one.concept for one in r.tokens[max(0, n - 4) : n + 2]}
            sign = (
                "+"
                if near & {"not", "older"}
                or (near & _OLD and "last" not in near and not near & {"newer", "less"})
                else "-"
            )
            chosen.tests += duration(token.literal, test, sign)
            take_near(
                r,
                n,
                {
                    "older",
                    "notaccessed",
                    "newer",
                    "more",
                    "less",
                    "ago",
                    "not",
                    "last",
                    "in",
                    "since",
                    "than",
                    "for",
                },
                4,
            )
        elif token.kind == "stamp" and token.literal is not None:
            old = {one.concept for one in r.tokens[max(0, n - 2) : n]} & {"until", "older"}
            old = old or ({"and"} if r.has("between") and "and" in r.before(n) else set())
            chosen.tests += [*(["!"] if old else []), f"-newer{test}t", token.literal.value]
            take_near(r, n, {"since", "until", "newer", "older", "from", "than"})
        elif token.concept in ("today", "yesterday"):
            chosen.tests += ["-daystart", f"-{test}time", "0" if token.concept == "today" else "1"]
            r.used.add(n)
        elif token.kind in ("file", "path") and {"newer", "older"} & set(r.before(n, 2)):
            earlier = "older" in r.before(n, 3)
            value = token.literal.value if token.literal else ""
            chosen.tests += [
                *(["!"] if earlier else []),
                "-newer" if test == "m" else f"-{test}newer",
                value,
            ]
            take_near(r, n, {"newer", "older", "than", "file"})


def duration(literal: Literal, test: str, sign: str) -> list[str]:
    """find's test for an age: minutes below a day, days from there on."""
    minutes = {"s": 1 / 60, "min": 1, "h": 60}.get(literal.unit)
    if minutes is not None:
        return [f"-{test}min", f"{sign}{max(1, round(literal.number * minutes))}"]
    days = {"d": 1, "w": 7, "mon": 30, "y": 365}[literal.unit]
    return [f"-{test}time", f"{sign}{round(literal.number * days)}"]


def read_owners(r: Reader, chosen: Selection) -> None:
    """Users, groups, modes."""
    for n, token in list(r.free()):
        before = r.before(n, 3)
        named = token.kind in ("name", "quoted") or bare(token)
        if (
            named
            and not (token.known and before[:1] != ["user"] and token.concept != "root")
            and {"owned", "owner"} & set(before)
        ) or (named and not token.known and before[:1] == ["user"]):
            group = "group" in before
            denied = _read_negation(r, n)
            chosen.tests += [*denied, "-group" if group else "-user", token.text]
            take_near(r, n, {"owned", "owner", "user", "group", "by", "to"})
        elif named and before[:1] == ["group"]:
            chosen.tests += [*_read_negation(r, n), "-group", token.text]
            take_near(r, n, {"group", "owned", "to", "by"})
        elif "permission" in {*before, *r.after(n)} and _is_mode(token):
            chosen.tests += ["-perm", token.text]
            take_near(r, n, {"permission", "with"})


def _read_negation(r: Reader, n: int) -> list[str]:
    """The ``!`` of an owner that is excluded: "not owned by root", "n'appartient pas à root"."""
    for near in range(max(0, n - 4), n):
        if r.tokens[near].concept in ("not", "except", "without") and near not in r.used:
            r.used.add(near)
            return ["!"]
    return []


def _is_mode(token: Token) -> bool:
    return token.kind == "mode" or (token.kind == "number" and len(token.text) in (3, 4))
