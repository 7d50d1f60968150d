"""File names as identifiers: printable text that can be stored, compared and turned back.

A name of a file, a mount or a control group is any bytes but NUL.  An identifier is made once,
where the name is read; it is the subject of an alert, the name of a series, a label of a metric.
Bytes that are no printable UTF-8 become ``\\xNN``, a backslash becomes two, so that different
names have different identifiers.  Bash reads it in ``$'…'``.  No I/O.
"""

from __future__ import annotations

import os
import re

# What isprintable() lets through although it may be drawn as nothing: joiners, fillers, variation
# selectors and their kind (Unicode's Default_Ignorable_Code_Point).
INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_ESCAPED = re.compile(rb"\\(?:x([0-9a-f]{2})|\\)")


def is_visible(char: str) -> bool:
    """Whether ``char`` is drawn as something."""
    return char.isprintable() and not INVISIBLE.match(char)


def identify(name: str | bytes) -> str:
    """The identifier of a file name; a string is one that ``os.fsdecode`` made."""
    text = os.fsencode(name).decode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(_write_out(char) for char in text)


def to_path(identifier: str) -> str:
    """The file name that ``identify`` was given, for ``os`` and for programs."""
    data = identifier.encode("utf-8", "surrogateescape")
    name = _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()) if match[1] else b"\\", data)
    return os.fsdecode(name)


def _write_out(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if is_visible(char):
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
