"""Text of one file, or of some, through a pipeline: filter, column, sort, unique, top, count.

Each operation is a stage; the first reads the file.  Editing a file in place has its own
module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import FULL, Draft, Reader, languages, path, said
from cortex_cli.actions.literals import EXTENSIONS
from cortex_cli.finding import CHANGES, READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_OPERATIONS = frozenset(
    [
        "containing",
        "sort",
        "unique",
        "duplicate",
        "count",
        "column",
        "line",
        "word",
        "character",
        "first",
        "last",
        "frequency",
        "reverse",
        "uppercase",
        "lowercase",
        "find",
        "many",
        "average",
        "sum",
        "number",
        "blankline",
        "match",
        "random",
        "maximum",
        "string",
        "show",
        "follow",
        "hex",
        "base64",
        "follow",
        "encoding",
        "without",
        "linenumbers",
    ]
)
# Said of other things than a file's text.
_ELSEWHERE = frozenset(
    [
        "package",
        "service",
        "process",
        "journal",
        "user",
        "port",
        "branch",
        "commit",
        "container",
        "rename",
        "archive",
        "extract",
        "compress",
        "checksum",
        "owner",
        "permission",
        "symlink",
        "copy",
        "move",
        "delete",
        "replace",
        "append",
        "insert",
        "convert",
        "download",
        "upload",
        "image",
        "video",
        "audio",
        "pdf",
        "sync",
        "mount",
        "kill",
        "install",
        "compare",
        "join",
        "split",
        "encrypt",
        "sign",
        "key",
        "truncate",
        "prettify",
        "json",
        "schedule",
        "size",
        "open",
        "create",
        "run",
        "execute",
        "owned",
        "swap",
    ]
)
_NOISE = tuple(
    """
    check show find all file only content result who name use every of match this string with column
    folder
    """.split()  # noqa: SIM905 - as above
)
_DELIMITERS = {"comma": ",", "semicolon": ";", "colon": ":", "tab": "\t", "csv": ","}
_DOES = languages(
    "Reads {file} and shows what was asked.",
    "Lit {file} et montre ce qui est demandé.",
    "Lee {file} y muestra lo pedido.",
)
_GREP = languages(
    "Shows the lines of {file} that match.",
    "Montre les lignes de {file} qui correspondent.",
    "Muestra las líneas de {file} que coinciden.",
)


def compose(asked: Sentence) -> Draft | None:
    """A text pipeline for ``asked``; None when it is not about the text of a file."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    if concepts & _ELSEWHERE - _allowed(r) or not concepts & _OPERATIONS:
        return None
    if {"name", "file", "containing"} <= concepts:
        return None
    files = _files(r)
    if not files or (len(files) > 1 and r.has("not", "all")):
        return None
    output = _output(r, files)
    stages = _stages(r, files)
    if not stages:
        return None
    r.noise(*_NOISE)
    shown = " ".join(files)
    does = said(_GREP if stages[0][0] == "grep" else _DOES, file=shown)
    effect = CHANGES if output else READS
    manual = tuple(dict.fromkeys(f"{argv[0]}(1)" for argv in stages))
    filled = Filled(
        "text-" + stages[-1][0], (Step(tuple(stages), output),), does, effect, manual=manual
    )
    return r.draft(filled, FULL * 0.99)


def _allowed(r: Reader) -> set[str]:
    """Concepts that a file's name accounts for: "the log file app.log", "users in passwd"."""
    found: set[str] = set()
    for n, token in enumerate(r.tokens):
        if token.kind in ("path", "file") or token.concept == "file":
            found.update(
                one.concept
                for one in r.tokens[max(0, n - 2) : n + 2]
                if one.concept in ("journal", "json", "csv")
            )
    if r.has("column", "line", "word", "character"):
        found.add("extract")
    if r.has("duplicate", "unique"):
        found.add("delete")
    if r.has("uppercase", "lowercase"):
        found.update(("convert", "change"))
    return found


def _files(r: Reader) -> list[str]:
    found: list[str] = []
    for n, token in r.free():
        if token.kind in ("path", "file", "glob") or (
            token.kind == "extension" and token.text.lower().lstrip(".") not in EXTENSIONS
        ):
            if r.before(n)[:1] == ["to"] and found:
                continue
            found.append(path(token))
            r.used.add(n)
        elif (
            r.before(n, 1) == ["file"]
            and token.kind in ("name", "quoted", "")
            and not token.known
            and not found
        ):
            found.append(path(token))
            r.used.update({n, n - 1})
    for n, token in r.free():
        if token.concept in ("journal", "csv", "json") and any(
            one.concept == "file" for one in r.tokens[max(0, n - 1) : n + 2]
        ):
            if token.concept == "csv":
                continue
            r.used.add(n)
    return found


def _output(r: Reader, files: list[str]) -> str:
    if not r.take("save", "write"):
        return ""
    if len(files) > 1:
        return files.pop()
    for n, token in r.free():
        if token.kind in ("path", "file", "name"):
            r.used.add(n)
            return path(token)
    return ""


def _stages(r: Reader, files: list[str]) -> list[tuple[str, ...]]:
    stages: list[list[str]] = []
    _filter(r, stages)
    _lines(r, stages)
    _columns(r, stages)
    _order(r, stages)
    _ends(r, stages)
    _counts(r, stages)
    _case(r, stages)
    _numbers(r, stages)
    if not stages:
        return []
    first = stages[0]
    if first[0] == "tr":
        stages.insert(0, ["cat", *files])
    else:
        separate = first[0] in ("grep",) and any(one.startswith("-") for one in files)
        first += (["--"] if separate else []) + files
    return [tuple(argv) for argv in stages]


def _filter(r: Reader, stages: list[list[str]]) -> None:
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
    options = [
        flag
        for flag, on in (
            ("-i", r.take("case")),
            ("-w", r.take("whole")),
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
    if not r.has(
        "containing",
        "word",
        "find",
        "string",
        "count",
        "many",
        "match",
        "frequency",
        "starting",
        "ending",
        "line",
        "except",
        "without",
    ):
        return None
    for n, token in r.free():
        before = set(r.before(n, 3))
        text = token.kind in ("quoted", "name", "ip", "address", "variable", "url") or _unknown(
            token
        )
        number = token.kind == "number" and bool(
            before & {"containing", "word", "string", "starting", "ending"}
        )
        if (text or number) and (
            token.kind == "quoted"
            or before
            & {
                "containing",
                "word",
                "string",
                "find",
                "match",
                "frequency",
                "starting",
                "ending",
                "for",
                "line",
                "except",
                "without",
                "many",
            }
        ):
            if "delimiter" in before:
                continue
            r.used.add(n)
            value = token.literal.value if token.literal else token.text
            return (
                f"^{value}"
                if "starting" in before
                else f"{value}$"
                if "ending" in before
                else value
            )
    for n, token in r.free():
        if (
            r.before(n)[:1] in (["containing"], ["word"], ["string"], ["frequency"])
            and token.known
            and (token.weight >= 1.0 or r.tokens[n - 1].text.lower() in ("word", "mot", "palabra"))
            and not token.mark
            and token.concept not in ("word", "string", "line", "frequency")
        ):
            r.used.add(n)
            return token.text
    return None


def _unknown(token: Token) -> bool:
    return token.wordy


def _lines(r: Reader, stages: list[list[str]]) -> None:
    """sed -n: lines by their numbers."""
    found = r.literal("range")
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    near = r.has("line")
    if not near or r.has("sort", "column"):
        return
    if found is not None and found[1].literal is not None:
        low, _, high = found[1].text.replace("..", "-").partition("-")
        stages.append(["sed", "-n", f"{low.strip()},{high.strip()}p"])
        r.used.add(found[0])
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
    r.take("line", "between", "to", "number")


def _columns(r: Reader, stages: list[list[str]]) -> None:
    """awk: a column, its sum, its mean."""
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    words = r.has("word") and bool(numbers) and numbers[0][1].unit == "ordinal"
    if not (r.has("column") or words) or r.has("sort"):
        if r.has("number") and not numbers and r.take("sum"):
            r.take("number")
            stages.append(["awk", "{s += $1} END {print s}"])
        return
    last = not numbers and r.take("last")
    if not numbers and not last:
        return
    places = [f"${literal.number:g}" for _, literal in numbers] or ["$NF"]
    r.used.update(n for n, _ in numbers)
    split = _delimiter(r)
    program = "{print " + ", ".join(places) + "}"
    if r.take("average"):
        program = f"{{s += {places[0]}}} END {{if (NR) print s / NR}}"
    elif r.take("sum"):
        program = f"{{s += {places[0]}}} END {{print s}}"
    elif r.take("maximum"):
        program = f"NR == 1 || {places[0]} > m {{m = {places[0]}}} END {{print m}}"
    r.take("column", "number", "extract", *(("word", "line", "every") if words else ()))
    stages.append(["awk", *(["-F", split] if split else []), program])


def _delimiter(r: Reader) -> str:
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


def _order(r: Reader, stages: list[list[str]]) -> None:
    """sort, uniq, shuf, tac: one of them."""
    if r.take("random"):
        r.take("sort", "line")
        count = _count(r)
        stages.append(["shuf", *(["-n", count] if count else [])])
    elif r.take("frequency"):
        r.take("line", "many", "count", "sort", "every", "number")
        if r.take("word"):
            stages.append(["grep", "-oE", "[[:alnum:]]+"])
        stages += [["sort"], ["uniq", "-c"], ["sort", "-rn"]]
    elif r.take("duplicate"):
        r.take("line", "sort")
        plain = r.take("delete", "without", "deny") or r.take("unique")
        stages += [["sort", "-u"]] if plain else [["sort"], ["uniq", "-d"]]
    elif r.take("sort"):
        stages.append(["sort", *_sorting(r)])
        r.take("line", "word")
    elif r.take("unique"):
        r.take("line", "all")
        stages.append(["sort", "-u"])
    elif r.take("reverse"):
        r.take("line")
        stages.append(["tac"])


def _sorting(r: Reader) -> list[str]:
    """The options of sort."""
    options = ["-n"] if r.take("numeric") else []
    if r.take("reverse"):
        options.append("-r")
    if r.has("column") and (column := _count(r)):
        split = _delimiter(r)
        mark = ["-t", "\t" if split == "\\t" else split] if split else []
        options = [*mark, *options, "-k", f"{column},{column}"]
        r.take("column", "by")
    if r.take("unique"):
        options.append("-u")
    return options


def _count(r: Reader) -> str:
    """The first free number, "" for none."""
    found = r.literal("number")
    if found is None or found[1].literal is None:
        return ""
    r.used.add(found[0])
    return f"{found[1].literal.number:g}"


def _ends(r: Reader, stages: list[list[str]]) -> None:
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
            found = r.literal("number")
            count = "10"
            if (
                found is not None
                and found[1].literal is not None
                and "column" not in r.after(found[0])
            ):
                count = f"{found[1].literal.number:g}"
                r.used.add(found[0])
            elif any(t.concept == "line" and not t.text.lower().endswith("s") for t in r.tokens):
                count = "1"
            chars = not r.has("line") and r.take("character")
            stages.append([program, "-c" if chars else "-n", count])
            r.take("line")
    if stages and (found := r.literal("number")) and found[1].literal and stages[-1][0] == "sort":
        r.used.add(found[0])
        stages.append(["head", "-n", f"{found[1].literal.number:g}"])


def _counts(r: Reader, stages: list[list[str]]) -> None:
    if not r.take("count", "many"):
        return
    option = "-w" if r.take("word") else "-m" if r.take("character") else "-l"
    r.take("line", "number", "sum", "have", "row", "containing")
    if stages and stages[-1][0] == "wc":
        return
    stages.append(["wc", option])


def _case(r: Reader, stages: list[list[str]]) -> None:
    if not r.has("uppercase", "lowercase"):
        return
    up = r.has("uppercase")
    if up and r.has("lowercase"):
        order = [t.concept for t in r.tokens if t.concept in ("uppercase", "lowercase")]
        up = order[-1] == "uppercase"
    r.take("uppercase", "lowercase", "change", "convert", "to", "character")
    stages.append(["tr", "[:lower:]" if up else "[:upper:]", "[:upper:]" if up else "[:lower:]"])


def _numbers(r: Reader, stages: list[list[str]]) -> None:
    numbered = r.has("line") and r.has("number") and r.take("number", "line")
    if not stages and (r.take("linenumbers") or numbered):
        r.take("with", "show")
        stages.append(["cat", "-n"])
