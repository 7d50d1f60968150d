"""What a sentence asks of files: names, kinds, sizes, ages, owners, rights, depth, content.

Each reader accounts for the tokens that it understood and adds find's words for them.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cortex_cli.actions.literals import EXTENSIONS

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.literals import Literal
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
    {"file", "folder", "symlink", "image", "video", "audio", "pdf", "executable", "script"}
)
_OLD = frozenset({"older", "more", "ago", "not", "less_recent"})
_PREPOSITIONS = frozenset({"in", "from", "of"})


@dataclass(slots=True)
class Selection:
    """Which files: find's roots and tests, and what grep would look for in them."""

    roots: list[str] = field(default_factory=list)
    depth: list[str] = field(default_factory=list)
    kind: str = ""
    tests: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    content: str = ""
    content_place: int = -1
    case: bool = False

    def specific(self) -> bool:
        """Whether it says more than "all of them"."""
        told = self.tests or self.names or self.excluded or self.content or self.depth
        return bool(told) or self.kind in ("l", "s")

    def words(self) -> list[str]:
        """find's words, without program and action."""
        found = [*(self.roots or ["."]), *self.depth]
        if self.kind:
            found += ["-type", self.kind]
        option = "-iname" if self.case else "-name"
        tests = [word for name in self.names for word in ("-o", option, name)][1:]
        found += ["(", *tests, ")"] if len(self.names) > 1 else tests
        for name in self.excluded:
            found += ["!", "-path" if "/" in name else option, name]
        return found + self.tests


def read_kind(r: Reader, chosen: Selection) -> None:
    """Files, folders, links, and names that a kind of file has."""
    if r.has("symlink") or (r.has("link") and r.has("broken")):
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
    _named_kinds(r, chosen)
    for concept, test in (
        ("empty", ["-empty"]), ("executable", ["-executable"]), ("hidden", ["-name", ".*"]),
        ("setuid", ["-perm", "/6000"]), ("sticky", ["-perm", "-1000"]),
    ):  # fmt: skip
        if r.take(concept):
            negated = _negated(r, concept)
            chosen.tests += (["!"] if negated else []) + test
    if r.has("writable") and r.take("writable", "everyone"):
        chosen.tests += (
            ["-perm", "-o+w"] if r.has("everyone") or "world" in r.asked.text else ["-writable"]
        )


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


def _negated(r: Reader, concept: str) -> bool:
    for n, token in enumerate(r.tokens):
        if (
            token.concept == concept
            and n
            and r.tokens[n - 1].concept in ("not", "except", "without")
        ):
            r.used.add(n - 1)
            return True
    return False


def _named_kinds(r: Reader, chosen: Selection) -> None:
    for n, token in r.free():
        near = {one.concept for one in r.tokens[max(0, n - 2) : n + 4] if one is not token}
        if token.concept in KINDS and (token.concept in ALONE or "file" in near):
            if token.concept == "string" and r.has("containing"):
                continue
            r.used.add(n)
            chosen.names += KINDS[token.concept]
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


def read_names(r: Reader, chosen: Selection) -> None:
    """Globs, extensions, "named x", "starting with x", "except y"."""
    if r.take("case"):
        chosen.case = True
    for n, token in list(r.free()):
        before = r.before(n, 3)
        role = _role(r, n)
        if token.kind in ("glob", "extension"):
            value = token.literal.value if token.literal else ""
            name = value if token.kind == "glob" or _dotfile(value, role) else f"*{value}"
            _named(r, chosen, n, name, role)
        elif (
            role in {*_NAMING, HOLDS}
            and token.concept not in _VERBS
            and (
                token.kind in ("quoted", "name", "file", "number")
                or (_bare(token) and (role != "except" or not token.known))
            )
        ):
            if "containing" in before and role not in ("named", HOLDS):
                continue
            _named(
                r,
                chosen,
                n,
                _shaped(token.literal.value if token.literal else token.text, role),
                role,
            )


def _role(r: Reader, n: int) -> str:
    """What the words just before say of a name: a preposition or a noun may stand between."""
    for near in range(n - 1, max(-1, n - 4), -1):
        token = r.tokens[near]
        if token.concept in _NAMING:
            return token.concept
        if token.concept == "containing" and near and r.tokens[near - 1].concept == "name":
            return HOLDS
        if not token.mark and token.concept not in _BETWEEN:
            return ""
    return ""


_VERBS = frozenset({"containing"})
_BETWEEN = frozenset({"file", "folder", "character", "string", "word", "not", "ending", "all"})
HOLDS = "name-containing"
_NAMING = frozenset({"named", "name", "starting", "ending", "except"})


def _bare(token: Token) -> bool:
    return token.literal is None and not token.mark and token.weight > 0.5


def _dotfile(value: str, role: str) -> bool:
    return role == "named" and value[1:].lower() not in EXTENSIONS


def _shaped(value: str, role: str) -> str:
    if role == HOLDS:
        return f"*{value}*"
    if role == "starting":
        return f"{value}*"
    if role == "ending":
        return f"*{value}" if value.startswith(".") or value not in EXTENSIONS else f"*.{value}"
    return value


def _named(r: Reader, chosen: Selection, n: int, name: str, role: str) -> None:
    r.used.add(n)
    for near in range(max(0, n - 3), n):
        if r.tokens[near].concept in _NAMING | {"not", *_VERBS} or r.tokens[near].mark:
            r.used.add(near)
    negated = role == "except" or any(one.concept == "not" for one in r.tokens[max(0, n - 3) : n])
    (chosen.excluded if negated else chosen.names).append(name)


def read_sizes(r: Reader, chosen: Selection) -> None:
    """ "larger than 10M", "between 1M and 2M", "of exactly 100 bytes"."""
    found = [(n, token.literal) for n, token in r.free() if token.kind == "size" and token.literal]
    if len(found) == 2 and r.has("between"):
        (_, low), (_, high) = found
        chosen.tests += ["-size", f"+{size(low)}", "-size", f"-{size(high)}"]
        r.used.update(n for n, _ in found)
        return
    for n, literal in found:
        before = r.before(n, 3)
        sign = "-" if "less" in before or "in" in before[:1] else "+" if "more" in before else ""
        if "not" in before and sign:
            sign = {"+": "-", "-": "+"}[sign]
        chosen.tests += [
            "-size",
            below(literal) if sign == "-" else f"{sign}{size(literal)}",
        ]
        _take_near(r, n, {"more", "less", "in", "size", "file", "not", "than", "newer", "older"})


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
    test = "a" if r.take("accessed") else "c" if r.take("created") else "m"
    r.take("modified")
    if any(token.kind == "duration" or token.concept == "today" for token in r.tokens):
        r.take("change")
    for n, token in list(r.free()):
        if token.kind == "duration" and token.literal is not None:
            near = {one.concept for one in r.tokens[max(0, n - 4) : n + 2]}
            sign = (
                "+" if near & _OLD and "last" not in near and not near & {"newer", "less"} else "-"
            )
            chosen.tests += duration(token.literal, test, sign)
            _take_near(
                r,
                n,
                {
                    "older",
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
            _take_near(r, n, {"since", "until", "newer", "older", "from", "than"})
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
            _take_near(r, n, {"newer", "older", "than", "file"})


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
        named = token.kind in ("name", "quoted") or _bare(token)
        if (
            named
            and not (token.known and before[:1] != ["user"] and token.concept != "root")
            and {"owned", "owner"} & set(before)
        ) or (named and not token.known and before[:1] == ["user"]):
            group = "group" in before
            chosen.tests += ["-group" if group else "-user", token.text]
            _take_near(r, n, {"owned", "owner", "user", "group", "by", "to"})
        elif named and before[:1] == ["group"]:
            chosen.tests += ["-group", token.text]
            _take_near(r, n, {"group", "owned", "to", "by"})
        elif "permission" in {*before, *r.after(n)} and _is_mode(token):
            chosen.tests += ["-perm", token.text]
            _take_near(r, n, {"permission", "with"})


def _is_mode(token: Token) -> bool:
    return token.kind == "mode" or (token.kind == "number" and len(token.text) in (3, 4))


def read_depth(r: Reader, chosen: Selection) -> None:
    """How far down."""
    if r.take("notrecursive"):
        r.take("only")
        chosen.depth = ["-maxdepth", "1"]
    for n, token in r.free():
        if (
            token.kind == "number"
            and "depth" in {*r.before(n, 2), *r.after(n, 1)}
            and token.literal
        ):
            chosen.depth = ["-maxdepth", f"{token.literal.number:g}"]
            _take_near(r, n, {"depth", "less", "to", "more"}, 2)
    r.take("recursive")


def read_roots(r: Reader, chosen: Selection, reserved: set[int]) -> None:
    """Where to look."""
    for n, token in list(r.free()):
        if n in reserved:
            continue
        before = r.before(n, 2)
        named = (token.literal is None and _bare(token)) or token.kind in ("name", "quoted")
        placed = before[:1] and before[0] in _PREPOSITIONS
        if (
            token.kind == "path"
            or (named and before[:1] == ["folder"])
            or (named and placed and token.kind != "quoted" and not token.known)
        ):
            from cortex_cli.actions.families.draft import path

            value = path(token)
            if "except" in r.before(n, 3):
                chosen.excluded.append(
                    f"*/{str(value).strip('./')}/*" if not value.startswith("/") else f"{value}/*"
                )
                _take_near(r, n, {"except", "folder", "in"})
                continue
            chosen.roots.append(value)
            _take_near(r, n, {"folder", "in", "from", "of", "file"}, 2)


def read_known_root(r: Reader, chosen: Selection) -> None:
    """ "under site": a known word where a folder's name is expected."""
    for n, token in r.free():
        plain = token.known and token.weight >= 1.0 and not token.kind
        if (
            not chosen.roots
            and plain
            and r.before(n)[:1] == ["in"]
            and token.concept not in FILES | {"line", "today", "every", "all", "insides"}
        ):
            chosen.roots.append(token.text)
            r.used.add(n)


def _take_near(r: Reader, n: int, concepts: set[str], reach: int = 3) -> None:
    r.used.add(n)
    for near in (*range(max(0, n - reach), n), n + 1):
        if (
            near < len(r.tokens)
            and r.tokens[near].concept in concepts
            and r.tokens[near].literal is None
        ):
            r.used.add(near)
