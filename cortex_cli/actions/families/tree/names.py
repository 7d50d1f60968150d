"""Kinds of files and their names: globs, extensions, "named x", "except y".

Each reader accounts for the tokens that it understood and adds find's words for them.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.tree.selection import bare
from cortex_cli.actions.literals import EXTENSIONS

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.families.tree.selection import Selection
    from cortex_cli.actions.sentence import Token

KINDS = {
    "image": ("*.jpg", "*.jpeg", "*.png", "*.gif"),
    "video": ("*.mp4", "*.mkv", "*.avi", "*.mov"),
    "audio": ("*.mp3", "*.flac", "*.ogg", "*.wav"),
    "pdf": ("*.pdf",),
    "python": ("*.py",),
    "csv": ("*.csv",),
    "json": ("*.json",),
    "xml": ("*.xml",),
    "yaml": ("*.yaml", "*.yml"),
    "script": ("*.sh",),
    "journal": ("*.log",),
    "string": ("*.txt",),
    "temp": ("*.tmp",),
    "backup": ("*.bak",),
}
ALONE = frozenset({"image", "video", "audio", "pdf"})
LANGUAGES = {
    "html": "html", "markdown": "md", "java": "java", "javascript": "js", "perl": "pl",
    "ruby": "rb",
    "rust": "rs", "php": "php", "css": "css", "shell": "sh", "text": "txt",
    "texte": "txt",
    "texto": "txt", "latex": "tex", "c": "c",
}  # fmt: skip
FILES = frozenset(
    {
        "file",
        "folder",
        "foldersonly",
        "filesonly",
        "symlink",
        "image",
        "video",
        "audio",
        "pdf",
        "executable",
        "script",
    }
)
_VERBS = frozenset({"containing"})
_BETWEEN = frozenset({"file", "folder", "character", "string", "word", "not", "ending", "all"})
# Names that others follow: "named a or b".
_LISTED = frozenset({"quoted", "name", "file", "glob", "extension"})
HOLDS = "name-containing"
_NAMING = frozenset({"named", "name", "starting", "ending", "except"})


def read_kind(r: Reader, chosen: Selection) -> None:
    """Files, folders, links, and names that a kind of file has."""
    _read_type(r, chosen)
    if chosen.kind != "d" or r.has(*ALONE):
        _read_kind_names(r, chosen)
    for concept, test in (
        ("empty", ["-empty"]), ("executable", ["-executable"]), ("hidden", ["-name", ".*"]),
        ("setuid", ["-perm", _special(r)]), ("sticky", ["-perm", "-1000"]),
    ):  # fmt: skip
        if r.take(concept):
            negated = _is_negated(r, concept)
            chosen.tests += (["!"] if negated else []) + test
    if r.has("everyone") and r.has("change") and not r.has("permission", "owner"):
        r.take("everyone", "change")
        chosen.tests += ["-perm", "-o+w"]
    if r.has("except", "without", "not") and chosen.kind == "f" and r.has("symlink"):
        r.take("except", "without", "not", "symlink")
    if r.has("writable") and r.take("writable", "everyone"):
        chosen.tests += (
            ["-perm", "-o+w"] if r.has("everyone") or "world" in r.asked.text else ["-writable"]
        )


def _special(r: Reader) -> str:
    """The bits that are meant: setuid, setgid, or either."""
    text = r.asked.text.lower()
    group, user = "gid" in text, "uid" in text
    return "/6000" if group and user else "-2000" if group else "-4000"


def _read_type(r: Reader, chosen: Selection) -> None:
    """Whether files, folders or links are meant."""
    if r.take("foldersonly"):
        r.take("file")
        chosen.kind = "d"
        if r.has("show") and not r.has("recursive", "find"):
            chosen.depth = ["-mindepth", "1", "-maxdepth", "1"]
    elif r.take("filesonly"):
        r.take("folder")
        chosen.kind = "f"
    elif (r.has("symlink") and not _is_left_out(r, "symlink")) or (
        r.has("link") and r.has("broken")
    ):
        r.take("symlink", "link", "broken" if r.has("broken") else "symlink")
        chosen.kind = "l"
        if any(token.concept == "broken" for token in r.tokens):
            chosen.tests += ["-xtype", "l"]
            chosen.kind = ""
    elif r.has("folder") and not r.has("file") and _counts_folders(r):
        chosen.kind = "d"
    elif r.has("socket") and r.has("file"):
        chosen.kind = "s"
        r.take("socket")
    elif any(r.has(one) for one in FILES) or chosen.content:
        chosen.kind = "f"


def _is_left_out(r: Reader, concept: str) -> bool:
    """Whether it is said only to be left out: "files, except symbolic links"."""
    places = [n for n, token in enumerate(r.tokens) if token.concept == concept]
    return r.has("file") and all({"except", "without", "not"} & set(r.before(n, 2)) for n in places)


def _counts_folders(r: Reader) -> bool:
    """Whether folders are what is wanted, not where it is."""
    for n, token in enumerate(r.tokens):
        if token.concept == "folder":
            after = r.tokens[n + 1] if n + 1 < len(r.tokens) else None
            before = r.before(n)
            placed = bool(before) and before[0] in ("in", "from", "to")
            named = after is not None and after.literal is not None and after.kind != "glob"
            if not placed and not (named and before[:1] == ["of"]):
                return True
    return False


def _is_negated(r: Reader, concept: str) -> bool:
    for n, token in enumerate(r.tokens):
        if (
            token.concept == concept
            and n
            and r.tokens[n - 1].concept in ("not", "except", "without")
        ):
            r.used.add(n - 1)
            return True
    return False


def _read_kind_names(r: Reader, chosen: Selection) -> None:
    for n, token in r.free():
        near = {one.concept for one in r.tokens[max(0, n - 2) : n + 4] if one is not token}
        if token.concept in KINDS and (token.concept in ALONE or "file" in near):
            if token.concept == "string" and r.has("containing"):
                continue
            r.used.add(n)
            chosen.names += _formats(r, n) or KINDS[token.concept]
            chosen.kind = "f"
            continue
        word = token.text.lower()
        known = LANGUAGES.get(word) or (word if word in EXTENSIONS else "")
        if r.before(n)[:1] == ["folder"] and r.tokens[n - 1].text.lower()[-1] != "s":
            continue
        if known and not token.known and token.kind in ("", "name") and near & {"file", "ending"}:
            r.used.add(n)
            chosen.names.append(f"*.{known}")
            chosen.kind = chosen.kind or "f"


def _formats(r: Reader, n: int) -> list[str]:
    """The formats said with a kind: "jpg and png images" are not all images."""
    formats = []
    for near in range(max(0, n - 5), min(len(r.tokens), n + 4)):
        token = r.tokens[near]
        word = token.text.lower().lstrip(".")
        beside = all(one.mark or _is_format(one) for one in r.tokens[min(near, n) + 1 : n])
        if near != n and near not in r.used and _is_format(token) and beside:
            r.used.add(near)
            formats.append(f"*.{word}")
    return formats


def _is_format(token: Token) -> bool:
    word = token.text.lower().lstrip(".")
    return word in EXTENSIONS and not token.known and token.kind in ("", "name", "extension")


def read_names(r: Reader, chosen: Selection) -> None:
    """Globs, extensions, "named x", "starting with x", "except y"."""
    if r.take("case"):
        chosen.case = True
    for n, token in list(r.free()):
        before = r.before(n, 3)
        role = _role(r, n)
        if token.kind in ("glob", "extension"):
            value = token.literal.value if token.literal else ""
            name = value if token.kind == "glob" or _is_dotfile(value, role) else f"*{value}"
            _add_name(r, chosen, n, name, role)
        elif role in {*_NAMING, HOLDS} and token.concept not in _VERBS and _may_name(r, n, role):
            if "containing" in before and role not in ("named", HOLDS):
                continue
            _add_name(
                r,
                chosen,
                n,
                _shape_pattern(token.literal.value if token.literal else token.text, role),
                role,
            )


def _may_name(r: Reader, n: int, role: str) -> bool:
    """Whether the word at ``n`` is a name: "named test", but not "named a and delete them"."""
    token = r.tokens[n]
    if token.kind in ("quoted", "name", "file", "number"):
        return True
    if token.concept in FILES | {"all", "every"}:
        return False
    known = token.known and (role in ("except", "name") or r.before(n)[:1] in (["and"], ["or"]))
    return bare(token) and not known


def _role(r: Reader, n: int) -> str:
    """What the words just before say of a name: a preposition or a noun may stand between."""
    for near in range(n - 1, max(-1, n - 4), -1):
        token = r.tokens[near]
        if token.concept in _NAMING:
            return token.concept
        if token.concept == "containing" and near and r.tokens[near - 1].concept == "name":
            return HOLDS
        listed = token.kind in _LISTED and r.tokens[near + 1].concept in ("or", "and")
        if not token.mark and token.concept not in _BETWEEN and not listed:
            return ""
    return ""


def _is_dotfile(value: str, role: str) -> bool:
    return role == "named" and value[1:].lower() not in EXTENSIONS


def _shape_pattern(value: str, role: str) -> str:
    if role == HOLDS:
        return f"*{value}*"
    if role == "starting":
        return f"{value}*"
    if role == "ending":
        return f"*{value}" if value.startswith(".") or value not in EXTENSIONS else f"*.{value}"
    return value


def _add_name(r: Reader, chosen: Selection, n: int, name: str, role: str) -> None:
    r.used.add(n)
    for near in range(max(0, n - 3), n):
        if r.tokens[near].concept in _NAMING | {"not", *_VERBS} or r.tokens[near].mark:
            r.used.add(near)
    negated = role == "except" or any(
        one.concept in ("not", "except", "without") for one in r.tokens[max(0, n - 3) : n]
    )
    beside = {*r.before(n), *r.after(n)}
    if negated and ("folder" in beside or r.before(n)[:1] == ["in"]):
        name = f"*/{name.removeprefix('*') if name.startswith('*.') else name}/*"
        r.take("folder")
    (chosen.excluded if negated else chosen.names).append(name)
