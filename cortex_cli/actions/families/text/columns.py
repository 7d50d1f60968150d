"""awk: a column, its sum, its mean; and what parts columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader

_DELIMITERS = {"comma": ",", "semicolon": ";", "colon": ":", "tab": "\t", "csv": ","}


def take_columns(r: Reader, stages: list[list[str]]) -> None:
    """awk: a column, its sum, its mean."""
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    words = r.has("word") and bool(numbers) and numbers[0][1].unit == "ordinal"
    if not (r.has("column") or words) or (r.has("sort") and not _takes_first(r)):
        if r.has("number") and not numbers and r.take("sum"):
            r.take("number", "calculator")
            stages.append(["awk", "{s += $1} END {print s}"])
        return
    last = not numbers and r.take("last")
    if not numbers and not last:
        return
    places = [f"${literal.number:g}" for _, literal in numbers] or ["$NF"]
    r.used.update(n for n, _ in numbers)
    split = delimiter(r)
    program = "{print " + ", ".join(places) + "}"
    if r.take("average"):
        program = f"{{s += {places[0]}}} END {{if (NR) print s / NR}}"
    elif r.take("sum"):
        program = f"{{s += {places[0]}}} END {{print s}}"
    elif r.take("maximum") or (r.has("number", "value") and r.take("big")):
        program = f"NR == 1 || {places[0]} > m {{m = {places[0]}}} END {{print m}}"
    r.take("column", "number", "value", "extract", *(("word", "line", "every") if words else ()))
    stages.append(["awk", *(["-F", split] if split else []), program])


def _takes_first(r: Reader) -> bool:
    """ "the first column, sorted": the column is taken, then sorted; "sort by column 2" is not."""
    concepts = [token.concept for token in r.tokens]
    return concepts.index("column") < concepts.index("sort") and "by" not in concepts


def delimiter(r: Reader) -> str:
    """What parts the columns: said, or known of the file; "" for blanks."""
    for name, sign in _DELIMITERS.items():
        if r.take(name):
            r.take("delimiter")
            return "\\t" if sign == "\t" else sign
    for n, token in r.free():
        if (
            token.kind == "quoted"
            and r.has("delimiter")
            and token.literal
            and len(token.literal.value) == 1
        ):
            r.used.add(n)
            r.take("delimiter")
            return token.literal.value
    csv = any(t.text.lower().endswith(".csv") for t in r.tokens)
    return (
        ","
        if csv
        else ":"
        if any(t.text in ("/etc/passwd", "/etc/group") for t in r.tokens)
        else ""
    )
