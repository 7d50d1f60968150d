"""sort, uniq, head, tail, wc, tr, sed -n: the order of lines, which of them, how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.text.columns import delimiter

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader


def pick_lines(r: Reader, stages: list[list[str]]) -> None:
    """sed -n: lines by their numbers."""
    line_range = r.literal("range")
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    near = r.has("line")
    if not near or r.has("sort", "column"):
        return
    if line_range is not None and line_range[1].literal is not None:
        low, _, high = line_range[1].text.replace("..", "-").partition("-")
        stages.append(["sed", "-n", f"{low.strip()},{high.strip()}p"])
        r.used.add(line_range[0])
    elif len(numbers) == 2 and not r.has("first", "last"):
        one, two = (f"{literal.number:g}" for _, literal in numbers)
        both = r.has("and") and not r.has("between", "from", "to")
        stages.append(["sed", "-n", f"{one}p;{two}p" if both else f"{one},{two}p"])
        r.used.update(n for n, _ in numbers)
    elif len(numbers) == 1 and not r.has("first", "last", "random", "around") and not stages:
        n, literal = numbers[0]
        if "line" in {*r.before(n, 2), *r.after(n, 1)}:
            plural = any(t.concept == "line" and t.text.lower().endswith("s") for t in r.tokens)
            if plural and literal.unit != "ordinal" and "line" in r.after(n, 1):
                stages.append(["head", "-n", f"{literal.number:g}"])
            else:
                stages.append(["sed", "-n", f"{literal.number:g}p"])
            r.used.add(n)
    else:
        return
    if r.take("linenumbers"):
        stages.insert(0, ["cat", "-n"])
    r.take("line", "between", "to", "number")


def order_lines(r: Reader, stages: list[list[str]]) -> None:
    """sort, uniq, shuf, tac: one of them."""
    if r.take("random"):
        r.take("sort", "line")
        count = r.take_number()
        stages.append(["shuf", *(["-n", count] if count else [])])
    elif r.take("frequency"):
        r.take("line", "many", "count", "sort", "every", "number")
        single = any(t.concept == "word" and not t.text.lower().endswith("s") for t in r.tokens)
        one = single and "most" in r.asked.text.lower() and not r.has("every")
        if r.take("word"):
            stages.append(["grep", "-oE", "[[:alnum:]]+"])
        stages += [["sort"], ["uniq", "-c"], ["sort", "-rn"]]
        if one and r.literal("number") is None:
            stages.append(["head", "-n", "1"])
    elif r.take("duplicate"):
        r.take("line", "sort")
        plain = r.take("delete", "without", "deny") or r.take("unique")
        stages += [["sort", "-u"]] if plain else [["sort"], ["uniq", "-d"]]
    elif r.take("sort"):
        stages.append(["sort", *_sort_options(r)])
        r.take("line", "word")
    elif r.take("unique"):
        r.take("line", "all")
        stages.append(["sort", "-u"])
    elif r.take("reverse"):
        r.take("line")
        stages.append(["tac"])


def _sort_options(r: Reader) -> list[str]:
    """The options of sort."""
    ranked = r.take("biggestfirst")
    options = ["-n"] if r.take("numeric") or ranked else []
    if r.take("reverse") or ranked:
        options.append("-r")
    if r.has("column") and (column := r.take_number()):
        split = delimiter(r)
        mark = ["-t", "\t" if split == "\\t" else split] if split else []
        options = [*mark, *options, "-k", f"{column},{column}"]
        r.take("column", "by")
    if r.take("unique"):
        options.append("-u")
    return options


def join_lines(r: Reader, stages: list[list[str]]) -> None:
    """paste -s: all lines in one, with what stands between them."""
    if not (r.has("join") and r.has("line")) or stages:
        return
    sign = delimiter(r) or (" " if r.has("whitespace") else "")
    r.take("join", "line", "every", "all", "delimiter", "whitespace", "single")
    stages.append(["paste", "-s", *(["-d", sign] if sign else [])])


def take_ends(r: Reader, stages: list[list[str]]) -> None:
    """head and tail."""
    if r.take("follow"):
        r.take("new", "line", "journal")
        stages.append(["tail", "-f"])
        return
    size = r.literal("size")
    if size is not None and size[1].literal is not None and size[1].literal.unit == "c":
        wanted = "head" if r.take("first") else "tail" if r.take("last") else ""
        if wanted:
            r.used.add(size[0])
            stages.append([wanted, "-c", f"{size[1].literal.number:g}"])
    for concept, program in (("first", "head"), ("last", "tail")):
        if r.has(concept) and r.take(concept):
            number = r.literal("number")
            count = "10"
            if (
                number is not None
                and number[1].literal is not None
                and "column" not in r.after(number[0])
            ):
                count = f"{number[1].literal.number:g}"
                r.used.add(number[0])
            elif any(t.concept == "line" and not t.text.lower().endswith("s") for t in r.tokens):
                count = "1"
            chars = not r.has("line") and r.take("character")
            stages.append([program, "-c" if chars else "-n", count])
            r.take("line")
    if stages and stages[-1][0] == "sort" and (count := r.take_number()):
        stages.append(["head", "-n", count])


def count_up(r: Reader, stages: list[list[str]]) -> None:
    """wc: lines, words or characters."""
    if not r.take("count", "many"):
        return
    option = "-w" if r.take("word") else "-m" if r.take("character") else "-l"
    r.take("line", "number", "sum", "have", "row", "containing")
    if stages and stages[-1][0] == "wc":
        return
    stages.append(["wc", option])


def change_case(r: Reader, stages: list[list[str]]) -> None:
    """tr: upper or lower case."""
    if not r.has("uppercase", "lowercase"):
        return
    up = r.has("uppercase")
    if up and r.has("lowercase"):
        order = [t.concept for t in r.tokens if t.concept in ("uppercase", "lowercase")]
        up = order[-1] == "uppercase"
    r.take("uppercase", "lowercase", "change", "convert", "to", "character")
    stages.append(["tr", "[:lower:]" if up else "[:upper:]", "[:upper:]" if up else "[:lower:]"])


def number_lines(r: Reader, stages: list[list[str]]) -> None:
    """cat -n, where nothing else reads the file."""
    numbered = r.has("line") and r.has("number") and r.take("number", "line")
    if not stages and (r.take("linenumbers") or numbered):
        r.take("with", "show")
        stages.append(["cat", "-n"])
