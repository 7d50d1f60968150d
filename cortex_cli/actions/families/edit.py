"""sed -i: what is changed in a file itself.  Patterns are data: special characters are escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.actions.families.tree import names, roots
from cortex_cli.actions.families.tree.selection import Selection
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_REPLACES = languages(
    "Replaces {old} with {new} in {file}; the original stays as a .bak file.",
    "Remplace {old} par {new} dans {file} ; l'original reste en .bak.",
    "Sustituye {old} por {new} en {file}; el original queda como .bak.",
)
_DELETES = languages(
    "Deletes the lines from {file}; the original stays as {file}.bak.",
    "Supprime les lignes de {file} ; l'original reste en {file}.bak.",
    "Borra las líneas de {file}; el original queda como {file}.bak.",
)
_APPENDS = languages(
    "Adds a line at the end of {file}.",
    "Ajoute une ligne à la fin de {file}.",
    "Añade una línea al final de {file}.",
)
MAX_SPACES = 16
_SIGNS = expression(r"[\\/.*\[\]^$]")
_TEXTS = tuple(
    """
    quoted name number ip host url variable address version port mode extension
    """.split()  # noqa: SIM905 - as above
)


def compose(asked: Sentence) -> Draft | None:
    """An edit in place; None when nothing is to be edited."""
    r = Reader(asked)
    if "\n" in asked.text or "\0" in asked.text:
        return None
    for read in (_replacement, _deletion, _addition):
        if (filled := read(r)) is not None:
            r.take(
                "file",
                "all",
                "every",
                "word",
                "string",
                "line",
                "in",
                "text",
                "content",
                "frequency",
                "new",
            )
            return r.draft(filled)
        r.used.clear()
    return None


def pattern(text: str) -> str:
    """``text`` as a basic regular expression that matches it and nothing else."""
    return _SIGNS.sub(lambda sign: "\\" + sign[0], text)


def replacement(text: str) -> str:
    """``text`` as the right side of sed's ``s``."""
    return re.sub(r"[\\/&]", lambda sign: "\\" + sign[0], text)


def _replacement(r: Reader) -> Filled | None:
    changed = r.has("change") and r.has("word", "string", "every", "all")
    signs = {token.concept for token in r.tokens} & _NAMED_SIGNS.keys() - {"whitespace"}
    changed = changed or (r.has("change", "convert") and len(signs) > 1)
    if not r.has("replace") and not changed:
        return None
    texts = [
        (n, t)
        for n, t in r.free()
        if (t.kind in _TEXTS or _is_loose(t) or t.concept in _NAMED_SIGNS)
        and not _is_placed(r, n, t)
    ]
    if len(texts) < 2:
        return None
    (a, old), (b, new) = texts[0], texts[1]
    if r.before(a)[:1] in (["with"], ["by"]) and r.before(b)[:1] not in (["with"], ["by"]):
        old, new = new, old
    r.used.update({a, b})
    files, tree = _where(r)
    if not files and not tree:
        return None
    options = "gI" if r.take("case") else "g"
    said_old, said_new = _value(old), _value(new)
    if r.after(b)[:1] == ["whitespace"] and new.literal is not None and new.kind == "number":
        # "by 4 spaces"
        said_new = " " * min(int(new.literal.number), MAX_SPACES)
        r.used.add(b + 1)
    script = f"s/{_bound_words(r, pattern(said_old))}/{replacement(said_new)}/{options}"
    script = script.replace("\t", "\\t")
    r.take("replace", "change", "convert")
    does = localize(
        _REPLACES, old=said_old, new=said_new, file=" ".join(files) or " ".join(tree[1:2])
    )
    if tree:
        argv = (*tree, "-exec", "sed", "-i.bak", "-e", script, "{}", "+")
        return Filled("edit-replace", (Step((argv,)),), does, CHANGES, manual=("sed(1)", "find(1)"))
    return Filled(
        "edit-replace",
        (Step((("sed", "-i.bak", "-e", script, *files),)),),
        does,
        CHANGES,
        manual=("sed(1)",),
    )


def _bound_words(r: Reader, text: str) -> str:
    return f"\\b{text}\\b" if r.take("whole") else text


def _where(r: Reader) -> tuple[list[str], list[str]]:
    """Plain files, or find's words where a tree is meant."""
    chosen = Selection()
    files = [(n, t) for n, t in r.free() if t.kind in ("path", "file", "glob")]
    many = (
        r.has("all", "every", "recursive")
        or any(t.kind in ("glob", "extension") for _, t in files)
        or r.has("folder", "here")
    )
    single = [
        path(t)
        for n, t in files
        if t.kind == "file"
        or (t.kind == "path" and "." in t.text.rsplit("/", 1)[-1] and t.concept == "")
    ]
    if single and not (many and any(t.kind in ("glob", "extension") for _, t in files)):
        r.used.update(n for n, t in files)
        return single, []
    if not files and not many:
        return [], []
    lone = len(files) == 1 and not r.has("file", "folder", "here", "recursive")
    if lone and files[0][1].kind != "glob":
        r.used.add(files[0][0])
        return [path(files[0][1])], []
    roots.read_depth(r, chosen)
    names.read_names(r, chosen)
    names.read_kind(r, chosen)
    roots.read_roots(r, chosen, set())
    roots.read_known_root(r, chosen)
    chosen.kind = "f"
    r.take("all", "every", "folder")
    return [], ["find", *chosen.words()]


def _is_placed(r: Reader, n: int, token: Token) -> bool:
    return token.kind in ("", "name") and r.before(n)[:1] in (["in"], ["file"], ["folder"])


def _is_loose(token: Token) -> bool:
    return token.is_wordy


_NAMED_SIGNS = {"whitespace": " ", "comma": ",", "semicolon": ";", "colon": ":", "tab": "\t"}


def _value(token: Token) -> str:
    if token.concept in _NAMED_SIGNS:
        return _NAMED_SIGNS[token.concept]
    return token.literal.value if token.literal else token.text


def _deletion(r: Reader) -> Filled | None:
    if not r.has("delete") or not r.has("line", "blankline", "comment", "whitespace", "lineending"):
        return None
    script = _build_deletion_script(r)
    files = [(n, path(t)) for n, t in r.free() if t.kind in ("path", "file", "extension", "glob")]
    if script is None or not files:
        return None
    r.used.update(n for n, _ in files)
    r.take("delete", "from", "line")
    shown = " ".join(name for _, name in files)
    argv = ("sed", "-i.bak", "-e", script, *(name for _, name in files))
    return Filled(
        "edit-delete", (Step((argv,)),), localize(_DELETES, file=shown), CHANGES, manual=("sed(1)",)
    )


def _build_deletion_script(r: Reader) -> str | None:
    if r.take("blankline"):
        return "/^[[:space:]]*$/d"
    if r.take("comment"):
        return r"/^[[:space:]]*#/d"
    if r.take("whitespace"):
        r.take("last", "ending", "line", "end")
        return "s/[[:space:]]*$//"
    if r.take("lineending"):
        return r"s/\r$//"
    if (line_range := r.literal("range")) is not None:
        r.used.add(line_range[0])
        low, _, high = line_range[1].text.replace("..", "-").partition("-")
        return f"{low.strip()},{high.strip()}d"
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    if numbers and not r.has("containing", "word"):
        r.used.update(n for n, _ in numbers[:2])
        count = numbers[0][1].number
        if r.take("first"):
            return f"1,{count:g}d"
        return ",".join(f"{one.number:g}" for _, one in numbers[:2]) + "d"
    if r.has("first") and r.take("first"):
        return "1d"
    if r.has("last") and r.take("last"):
        return "$d"
    for n, token in r.free():
        near = set(r.before(n, 3)) & {
            "containing",
            "word",
            "string",
            "starting",
            "ending",
            "with",
            "match",
        }
        if near and (token.kind in _TEXTS or _is_loose(token)):
            r.used.add(n)
            option = "!" if r.take("not", "without") else ""
            sign = pattern(_value(token))
            if "starting" in near:
                sign = f"^{sign}"
            r.take("containing", "word", "starting", "match")
            return f"/{sign}/{option}d"
    return None


def _addition(r: Reader) -> Filled | None:
    if not (r.has("append") or (r.has("add", "insert", "write") and r.has("line", "string"))):
        return None
    quoted = r.literal("quoted")
    files = [(n, path(t)) for n, t in r.free() if t.kind in ("path", "file", "extension")]
    if quoted is None or len(files) != 1:
        return None
    r.used.update({quoted[0], files[0][0]})
    if r.has("first") and r.take("first"):
        script = "1i\\" + _value(quoted[1]).replace("\\", "\\\\")
        r.take("add", "insert", "append", "to", "line")
        argv = ("sed", "-i", script, files[0][1])
        return Filled(
            "edit-prepend",
            (Step((argv,)),),
            localize(_APPENDS, file=files[0][1]),
            CHANGES,
            manual=("sed(1)",),
        )
    r.take("append", "add", "insert", "to", "line", "last", "write")
    step = Step((("printf", "%s\\n", _value(quoted[1])),), files[0][1], append=True)
    return Filled(
        "edit-append", (step,), localize(_APPENDS, file=files[0][1]), CHANGES, manual=("printf(1)",)
    )
