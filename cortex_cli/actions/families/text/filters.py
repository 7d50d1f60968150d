"""grep: what lines must or must not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.edit import pattern

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.sentence import Token

_BEFORE = frozenset(
    """
    containing word string find match frequency starting ending for line except without many
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ANNOUNCES = _BEFORE - {"for"} | {"count"}
_NO_TEXT = {"unique", "duplicate", "random", "big", "small", "sort", "reverse"} | frozenset(
    {"word", "string", "line", "frequency", "every", "all", "count", "many", "first", "last"}
)


def filter_lines(r: Reader, stages: list[list[str]]) -> None:
    """grep: what lines must or must not hold."""
    if r.take("blankline"):
        if r.take("without", "not", "except"):
            stages.append(["grep", "-v", "^[[:space:]]*$"])
        else:
            stages.append(["grep", "-c" if r.take("count", "many") else "-n", "^[[:space:]]*$"])
        r.take("line")
        return
    if r.take("comment"):
        negated = r.take("without", "not", "except")
        stages.append(["grep", "-v" if negated else "-n", r"^\s*#"])
        r.take("line")
        return
    wanted = _pattern(r)
    if wanted is None:
        return
    if (part := _part(r, wanted)) is not None:
        stages.append(["sed", "-n", part])
        return
    options = [
        flag
        for flag, on in (
            ("-i", r.take("case")),
            ("-w", r.take("whole")),
            ("-rn", r.take("recursive")),
            ("-v", r.take("not", "without", "except")),
        )
        if on
    ]
    if (
        r.has("around", "newer", "until")
        and (n := r.literal("number")) is not None
        and n[1].literal
    ):
        options += ["-C", f"{n[1].literal.number:g}"]
        r.used.add(n[0])
        r.take("around", "line")
    many = r.has("count", "many", "frequency")
    counted = many and r.take("line") and not r.has("word")
    if many and not counted and r.take("count", "many", "frequency"):
        r.take("word", "match")
        stages += [["grep", "-o", *options, "-e", wanted], ["wc", "-l"]]
        return
    if counted:
        r.take("count", "many", "frequency")
        options.append("-c")
    if (r.has("number") and r.has("line")) or r.has("linenumbers"):
        r.take("number", "linenumbers")
        options.append("-n")
    r.take("containing", "word", "line", "find", "match", "with", "starting", "ending")
    stages.append(["grep", *options, "-e", wanted])


def _pattern(r: Reader) -> str | None:
    """The text that is looked for: a literal or an unknown word after what announces one."""
    if not r.has(*_ANNOUNCES):
        return None
    for n, token in r.free():
        before = set(r.before(n, 3))
        if not _may_be_text(token, before) or "delimiter" in before:
            continue
        if token.kind == "quoted" or before & _BEFORE:
            r.used.add(n)
            value = token.literal.value if token.literal else token.text
            if "starting" in before:
                return f"^{value}"
            return f"{value}$" if "ending" in before else value
    for n, token in r.free():
        called = r.before(n)[:1] in (["containing"], ["word"], ["string"], ["frequency"])
        heavy = token.weight >= 1.0 or r.tokens[n - 1].text.lower() in ("word", "mot", "palabra")
        if called and heavy and token.known and not token.mark and token.concept not in _NO_TEXT:
            r.used.add(n)
            return token.text
    return None


def _part(r: Reader, wanted: str) -> str | None:
    """sed's range: "after the line containing x", "up to the line with x"."""
    for n, token in enumerate(r.tokens):
        near = set(r.before(n, 2)) & {"since", "until", "from"}
        if token.concept == "line" and near:
            since = "until" not in near
            r.take("since", "until", "line", "containing", "with", "insides", "every", "all")
            r.take("first", "last", "to", "append")
            if n and r.tokens[n - 1].kind == "number":
                r.used.add(n - 1)
            expression = pattern(wanted)
            return f"/{expression}/,$p" if since else f"1,/{expression}/p"
    return None


def _may_be_text(token: Token, before: set[str]) -> bool:
    if token.kind == "number":
        return bool(before & {"containing", "word", "string", "starting", "ending", "frequency"})
    return token.kind in ("quoted", "name", "ip", "address", "variable", "url") or token.is_wordy
