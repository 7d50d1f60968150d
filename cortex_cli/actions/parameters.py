"""The kinds of parameters: how each is recognised in a sentence and how its value is written.

``fit`` says how well a token is a value of a kind, from 0 to 1.  Pure; knows no action.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions.kinds import BARE, CUES, FITS
from cortex_cli.actions.literals import FILE_SYSTEMS, PROGRAMS
from cortex_cli.actions.zones import zone_of
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.actions.literals import Literal
    from cortex_cli.actions.sentence import Token

_WORD = expression(r"[^\W_][\w.+@:~-]{0,100}\Z", re.ASCII)
_COMMAND = expression(r"[~/.]{0,3}[^\W_][\w./+@:~ -]{0,200}\Z", re.ASCII)
_LOGIN = expression(r"[A-Za-z_][\w.-]{0,31}\$?\Z", re.ASCII)
_CHARSET = expression(
    r"(?:utf|iso|latin|windows|cp|us-ascii|ascii|koi8|big5|shift|euc|mac|gb)[\w-]*\Z", re.I
)
_RECORD = expression(r"(?:A|AAAA|CNAME|TXT|NS|SOA|SRV|PTR|CAA)\Z")
_LANGUAGE = expression(
    r"(?:english|french|german|spanish|italian|portuguese|anglais|francais|français|allemand|espagnol"
    r"|ingles|inglés|frances|francés|aleman|alemán|espanol|español)\Z",
    re.IGNORECASE,
)
_GEOMETRY = expression(r"\d{1,5}x\d{1,5}\Z")
_OCTAL = expression(r"[0-7]{3,4}\Z")
ARCHIVES = (
    ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar", ".zip",
    ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".jar", ".deb", ".tar.lz4", ".cpio",
)  # fmt: skip
# Words with a meaning of their own that things are often called: "the group video".
NAMEABLE = frozenset(
    """
    image video audio web backup temp journal container git config mail public upload python
    core cache pdf url information root sudo ssh bluetooth printer wifi kernel json swap
    disk test script csv database mysql games podman snapshot compose sync user data
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
# Kind of literal → the concepts that it implies.
IMPLIED_KINDS = {
    "interface": frozenset({"interface"}),
    "device": frozenset({"disk", "partition"}),
    "unit": frozenset({"service"}),
    "host": frozenset({"host"}),
    "ip": frozenset({"host"}),
}
_STRICT = {
    "user": _LOGIN,
    "group": _LOGIN,
    "unit": _WORD,
    "package": _WORD,
    "host": _WORD,
    "process": _WORD,
    "program": _COMMAND,
    "charset": _CHARSET,
    "recordtype": _RECORD,
    "language": _LANGUAGE,
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
    if kind == "timezone" and zone_of(token.text) is None:
        return 0.0
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
    if literal is None or not _may_be(kind, literal):
        return 0.0
    score = float(FITS.get(kind, {}).get(literal.kind, 0.0))
    value = literal.value
    if kind == "archive" and value.lower().endswith(ARCHIVES):
        score = 1.0
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


def _may_be(kind: str, literal: Literal) -> bool:
    """Whether the value has the form that its kind wants."""
    value = literal.value.lower()
    if kind == "timezone":
        return literal.kind == "path" or zone_of(value) is not None
    if kind == "fstype":
        return value in FILE_SYSTEMS
    if kind == "debfile":
        return value.endswith(".deb")
    if kind == "geometry":
        return bool(_GEOMETRY.match(value))
    return not (kind in ("file", "folder", "archive", "glob") and value.startswith("/dev/"))


def _path_fit(kind: str, value: str) -> float:
    """A path that ends in a file's ending is hardly a folder, one without hardly a file."""
    last = value.rstrip("/").rsplit("/", 1)[-1].lstrip(".")
    ended = "." in last and not value.endswith("/")
    return (1.0 if ended else 0.88) if kind == "file" else (0.8 if ended else 1.0)


def implied_concepts(token: Token) -> frozenset[str]:
    """The concepts that a value says by itself: eth0 is an interface, a.png an image."""
    if token.kind == "path" and token.text.startswith("/dev/"):
        return frozenset({"disk", "partition"})
    if token.kind in IMPLIED_KINDS:
        return IMPLIED_KINDS[token.kind]
    if token.kind not in ("file", "path", "glob", "url"):
        return frozenset()
    last = token.text.rsplit(".", 1)[-1].lower()
    return frozenset({IMPLIED[last] or last}) if last in IMPLIED else frozenset()
