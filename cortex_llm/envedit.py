"""Changes settings in an env file: the rest of it, comments and order, stays as it is. Pure.

A setting's line is replaced where it stands; one that is there only as a comment
(``#NAME=…``) takes the comment's place; otherwise it goes to the end. The result is read
again, so that whatever could not be changed cleanly is refused and never written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cortex_llm import envfile

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*\Z")


def change_settings(text: str, values: Mapping[str, str | None]) -> str:
    """The text with these settings; None takes one out. Raises EnvFileError when it cannot be."""
    lines = text.removeprefix(envfile.BYTE_ORDER_MARK).splitlines()
    for name, value in values.items():
        lines = _set_one(lines, name, value)
    result = "\n".join(lines) + "\n"
    wanted = {item.name: item.value for item in envfile.parse(text)} | {
        name: value for name, value in values.items() if value is not None
    }
    for name, value in values.items():
        if value is None:
            wanted.pop(name, None)
    try:
        read_back = {item.name: item.value for item in envfile.parse(result)}
    except envfile.EnvFileError:
        read_back = {}
    if read_back != wanted:
        raise envfile.EnvFileError(
            1, "has a value that spans several lines; edit the file yourself"
        )
    return result


def _set_one(lines: list[str], name: str, value: str | None) -> list[str]:
    """The lines with one setting changed; a later line of the same name would win, so all go."""
    assignment = re.compile(rf"\s*{re.escape(name)}\s*=")
    comment = re.compile(rf"\s*#\s*{re.escape(name)}\s*=")
    places = [number for number, line in enumerate(lines) if assignment.match(line)]
    kept = [line for number, line in enumerate(lines) if number not in places[1:]]
    if value is None:
        return [f"#{line.lstrip()}" if assignment.match(line) else line for line in kept]
    if not places:
        places = [number for number, line in enumerate(kept) if comment.match(line)][:1]
    line = f"{name}={quote(value)}"
    if not places:
        return [*kept, line]
    kept[places[0]] = line
    return kept


def quote(value: str) -> str:
    """The value as systemd and we read it back."""
    if PLAIN.match(value):
        return value
    return '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'
