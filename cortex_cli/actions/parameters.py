"""The kinds of parameters: how each is recognised in a sentence and how its value is written.

``fit`` says how well a token is a value of a kind, from 0 to 1.  Pure; knows no action.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions.literals import PROGRAMS
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

_WORD = expression(r"[^\W_][\w.+@:~-]{0,100}\Z", re.ASCII)
_COMMAND = expression(r"[~/.]{0,3}[^\W_][\w./+@:~ -]{0,200}\Z", re.ASCII)
_LOGIN = expression(r"[A-Za-z_][\w.-]{0,31}\$?\Z", re.ASCII)
_GEOMETRY = expression(r"\d{1,5}x\d{1,5}\Z")
_OCTAL = expression(r"[0-7]{3,4}\Z")
ARCHIVES = (
    ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar", ".zip",
    ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".jar", ".deb", ".tar.lz4", ".cpio",
)  # fmt: skip
# What mkfs -t takes; FAT has an entry of its own.
FILE_SYSTEMS = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "exfat", "ntfs", "f2fs"})
# kind → literal kinds that are of it, and how surely.
FITS: dict[str, dict[str, float]] = {
    "path": {
        "path": 1,
        "file": 0.95,
        "glob": 0.75,
        "quoted": 0.85,
        "extension": 0.6,
        "name": 0.7,
        "device": 0.4,
        "unit": 0.5,
        "host": 0.5,
    },
    "file": {
        "path": 1,
        "file": 1,
        "glob": 0.7,
        "quoted": 0.85,
        "extension": 0.7,
        "name": 0.75,
        "unit": 0.5,
        "host": 0.5,
    },
    "folder": {"path": 1, "file": 0.5, "quoted": 0.85, "name": 0.8, "extension": 0.6, "glob": 0.3},
    "files": {"path": 1, "file": 1, "glob": 1, "quoted": 0.8, "name": 0.7},
    "archive": {"path": 0.6, "file": 0.6, "quoted": 0.5, "glob": 0.3, "name": 0.5},
    "glob": {"glob": 1, "extension": 0.95, "quoted": 0.8, "file": 0.8, "name": 0.6},
    "unit": {"unit": 1, "name": 0.9, "quoted": 0.8},
    "package": {"name": 0.9, "quoted": 0.8, "file": 0.4},
    "software": {"name": 0.9, "quoted": 0.85, "unit": 0.4, "file": 0.6},
    "process": {"name": 0.9, "quoted": 0.85, "unit": 0.4, "file": 0.5},
    "program": {"invocation": 1, "name": 0.9, "quoted": 0.85, "file": 0.7, "path": 0.8},
    "user": {"name": 0.9, "quoted": 0.85},
    "account": {"name": 0.9, "quoted": 0.85, "number": 0.85},
    "group": {"name": 0.9, "quoted": 0.85},
    "host": {"host": 1, "ip": 1, "name": 0.85, "quoted": 0.7, "file": 0.5, "address": 0.7},
    "login": {"address": 1, "host": 0.8, "ip": 0.8, "name": 0.75},
    "remote": {"remote": 1, "address": 0.6},
    "ip": {"ip": 1, "cidr": 0.9},
    "cidr": {"cidr": 1, "ip": 0.8},
    "mac": {"mac": 1},
    "url": {"url": 1, "host": 0.75, "hostport": 0.7},
    "port": {"port": 1, "number": 0.8},
    "number": {"number": 1, "percent": 0.3},
    "percent": {"percent": 1, "number": 0.8},
    "pid": {"number": 1},
    "size": {"size": 1},
    "duration": {"duration": 1},
    "seconds": {"duration": 1},
    "minutes": {"duration": 1},
    "days": {"duration": 1},
    "clock": {"clock": 1, "stamp": 0.4},
    "date": {"stamp": 1},
    "month": {"month": 1},
    "fstype": {"name": 1},
    "geometry": {"name": 1},
    "quotation": {"quoted": 1},
    "debfile": {"file": 1, "path": 1, "url": 0.3},
    "mode": {"mode": 1, "number": 0.9},
    "device": {"device": 1, "path": 0.9, "quoted": 0.4, "name": 0.4},
    "interface": {"interface": 1, "name": 0.6, "quoted": 0.6},
    "signal": {"signal": 1, "number": 0.6},
    "variable": {"variable": 1, "name": 0.85, "quoted": 0.6},
    "text": {
        "quoted": 1,
        "invocation": 0.95,
        "name": 0.6,
        "number": 0.5,
        "url": 0.5,
        "file": 0.45,
        "ip": 0.6,
        "host": 0.5,
        "address": 0.6,
        "variable": 0.5,
        "glob": 0.3,
        "extension": 0.4,
    },
    "name": {"name": 1, "quoted": 0.9, "file": 0.5, "number": 0.3, "host": 0.3},
    "branch": {"name": 0.95, "quoted": 0.85, "path": 0.6, "number": 0.3},
    "image": {"hostport": 0.9, "name": 0.9, "path": 0.6, "file": 0.6, "remote": 0.5, "quoted": 0.8},
    "range": {"range": 1},
    "parameter": {"name": 0.9, "file": 0.9, "host": 0.9, "quoted": 0.8},
    "version": {"version": 1, "number": 0.7, "name": 0.6},
    "extension": {"extension": 1, "glob": 0.7, "name": 0.5},
    "timezone": {"path": 0.95, "quoted": 0.8, "name": 0.6},
    "locale": {"file": 0.9, "name": 0.9, "host": 0.9, "quoted": 0.8},
}
# Kinds whose value may be a bare word that nobody knows, and how surely.
BARE = {
    "unit": 0.85, "package": 0.85, "process": 0.8, "program": 0.8, "user": 0.85, "account": 0.85,
    "software": 0.85, "parameter": 0.5, "group": 0.8,
    "host": 0.65, "name": 0.8, "branch": 0.8, "image": 0.75, "folder": 0.5, "path": 0.45,
    "file": 0.42, "text": 0.42, "variable": 0.6, "login": 0.6, "interface": 0.35, "timezone": 0.6,
    "extension": 0.8, "version": 0.3, "fstype": 1.0,
    "locale": 0.5, "archive": 0.3, "device": 0.1, "glob": 0.2,
}  # fmt: skip
# Kind → the concepts that announce it: "the user lena", "nginx service".
CUES: dict[str, frozenset[str]] = {
    "unit": frozenset({"service", "timer", "socket"}),
    "package": frozenset({"package", "process"}),
    "process": frozenset({"process", "named"}),
    "program": frozenset({"process", "package", "named"}),
    "user": frozenset({"user", "member", "owner"}),
    "account": frozenset({"user", "member", "owner"}),
    "software": frozenset({"process", "package", "service", "command"}),
    "group": frozenset({"group"}),
    "host": frozenset({"host", "service", "address", "hostname", "this"}),
    "login": frozenset({"host", "service"}),
    "path": frozenset({"file", "folder", "named", "path", "script", "archive"}),
    "files": frozenset({"file", "folder"}),
    "file": frozenset({"file", "named", "script", "image", "video", "pdf", "audio", "csv", "json"}),
    "folder": frozenset({"folder", "named", "file"}),
    "archive": frozenset({"archive", "file"}),
    "port": frozenset({"port"}),
    "pid": frozenset({"pid", "process", "number"}),
    "text": frozenset({"word", "string", "named", "containing", "message", "with"}),
    "name": frozenset({"named", "name", "container", "database", "module", "wifi", "label"}),
    "branch": frozenset({"branch", "tag", "named"}),
    "image": frozenset({"image", "dockerimage"}),
    "device": frozenset({"disk", "partition", "usb", "device", "hardware"}),
    "interface": frozenset({"interface"}),
    "variable": frozenset({"variable", "environment"}),
    "extension": frozenset({"ending", "type"}),
    "signal": frozenset({"signal"}),
    "timezone": frozenset({"timezone"}),
    "url": frozenset({"url", "web"}),
    "ip": frozenset({"address", "host"}),
    "cidr": frozenset({"network", "address"}),
    "mode": frozenset({"permission"}),
    "version": frozenset({"version"}),
}
# Words with a meaning of their own that things are often called: "the group video".
NAMEABLE = frozenset(
    """
    image video audio web backup temp journal container git config mail public upload python
    core cache pdf url information root sudo ssh bluetooth printer wifi kernel json swap
    disk test script csv database mysql games podman snapshot compose sync user
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Users of every Debian whose names are words: asked about, seldom acted upon.
ACCOUNTS = frozenset(
    {"root", "mail", "backup", "sync", "games", "news", "proxy", "man", "list", "bin", "sys"}
    | {"daemon", "nobody", "git"}
)
# Programs whose names are words of the lexicon: asked about as programs.
SOFTWARE = PROGRAMS | frozenset(
    """
    bash zip unzip tar gzip screen mdadm grep iptables lvm acl quota systemd traceroute mail less
    ping sensors podman compose java dash zsh perl ruby node awk sed ps top watch kvm tail cat find
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Ending → the concept that a file's name implies.
IMPLIED = {
    **dict.fromkeys(
        ("jpg", "jpeg", "png", "gif", "webp", "tiff", "bmp", "heic", "iso", "img"), "image"
    ),
    **dict.fromkeys(("mp4", "mkv", "avi", "mov", "webm", "flv"), "video"),
    **dict.fromkeys(("mp3", "ogg", "flac", "wav", "m4a"), "audio"),
    **dict.fromkeys(("pdf", "csv", "json", "xml", "yaml"), ""),
    **dict.fromkeys(("odt", "docx", "doc", "pptx", "xlsx"), "document"),
    "md": "markdown",
    "sqlite": "sqlite",
    "deb": "deb",
}
_STRICT = {
    "user": _LOGIN,
    "group": _LOGIN,
    "unit": _WORD,
    "package": _WORD,
    "host": _WORD,
    "process": _WORD,
    "program": _COMMAND,
}
KINDS = frozenset(FITS)


def fit(kind: str, token: Token, before: str, after: str) -> float:
    """How surely ``token`` is a value of ``kind``, between the concepts beside it."""
    cues = CUES.get(kind, frozenset())
    cued = before in cues or (after in cues and after != "named")
    if token.literal is not None:
        return _literal_fit(kind, token, cued)
    base = BARE.get(kind, 0.0)
    if not base or token.mark:
        return 0.0
    word = token.text.lower()
    if kind == "user" and token.concept == "root" and not token.text.endswith("s"):
        return 0.85
    if word in PROGRAMS and kind in ("unit", "package", "process", "program"):
        return 0.95 if cued else 0.9
    if kind in _STRICT and not _STRICT[kind].match(token.text):
        return 0.0
    if kind == "software" and word in SOFTWARE:
        return 0.95 if cued else 0.9
    if kind == "account" and word in ACCOUNTS:
        return 1.0 if cued else 0.4 if before == "group" else 0.85
    if token.ordinary and kind != "text":
        return 0.7 if before in cues else 0.0
    if token.known and not token.ordinary:
        near = before in cues or (after in cues and kind in ("group", "user", "branch"))
        called = before == "named" and before in cues
        return 0.7 if called or (near and token.concept in NAMEABLE) else 0.0
    if " " in token.text:
        return 0.0
    return min(1.0, base + (0.2 if cued else 0.0))


def _literal_fit(kind: str, token: Token, cued: bool) -> float:
    literal = token.literal
    if literal is None:
        return 0.0
    score = float(FITS.get(kind, {}).get(literal.kind, 0.0))
    value = literal.value
    if kind == "archive" and value.lower().endswith(ARCHIVES):
        score = 1.0
    if kind == "fstype" and value.lower() not in FILE_SYSTEMS:
        score = 0.0
    if kind == "debfile" and not value.lower().endswith(".deb"):
        score = 0.0
    if kind == "geometry" and not _GEOMETRY.match(value):
        score = 0.0
    if kind == "mode" and literal.kind == "number":
        score = 0.9 if _OCTAL.match(value) else 0.0
    if kind == "device" and literal.kind == "path":
        score = 1.0 if value.startswith("/dev/") else 0.05
    if kind in ("file", "folder") and literal.kind == "path":
        score = _path_fit(kind, value)
    if kind == "number" and literal.unit == "ordinal":
        score = 0.9
    if kind in ("pid", "port") and not value.strip(":").split("/")[0].isdigit():
        score = score if kind == "port" and literal.kind == "port" else 0.0
    if kind in _STRICT and not _STRICT[kind].match(value):
        return 0.0
    return min(1.0, score + (0.15 if cued and score else 0.0))


def _path_fit(kind: str, value: str) -> float:
    """A path that ends in a file's ending is hardly a folder, one without hardly a file."""
    last = value.rstrip("/").rsplit("/", 1)[-1].lstrip(".")
    ended = "." in last and not value.endswith("/")
    return (1.0 if ended else 0.92) if kind == "file" else (0.8 if ended else 1.0)


def implied(token: Token) -> str:
    """The concept that a file's name implies, or ""."""
    if token.kind not in ("file", "path", "glob", "url"):
        return ""
    last = token.text.rsplit(".", 1)[-1].lower()
    return (IMPLIED[last] or last) if last in IMPLIED else ""
