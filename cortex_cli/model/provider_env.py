"""Loads the settings of model providers from the environment, then from ``.env`` files.

The first that has a setting wins.  Files: ``./.env``, ``~/.cortex/.env``, ``/etc/cortex/.env``.  A
file that others could have written is ignored: it could send questions to their server.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The settings to load; other variables in the files are ignored.
NAMES = re.compile(r"(CORTEX_PROVIDER|(LLAMA_CPP|OLLAMA|OPENAI)_(BASE_URL|MODEL|API_KEY))\Z")
MAX_FILE_BYTES = 64 * 1024


def load(environ: Mapping[str, str], files: tuple[Path, ...] | None = None) -> dict[str, str]:
    """Return all provider settings, by variable name."""
    home = Path(environ.get("HOME") or "~").expanduser()
    paths = files or (Path(".env"), home / ".cortex/.env", Path("/etc/cortex/.env"))
    settings = {name: value for name, value in environ.items() if NAMES.match(name) and value}
    for path in paths:
        for name, value in _read(path).items():
            settings.setdefault(name, value)
    return settings


def _read(path: Path) -> dict[str, str]:
    try:
        # Non-blocking: a named pipe in the folder would stall every command.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            opened = os.fstat(stream.fileno())
            if not stat.S_ISREG(opened.st_mode):
                return {}
            raw = stream.read(MAX_FILE_BYTES)
    except OSError:
        return {}
    values = _parse(raw.decode(errors="replace"))
    if values and (opened.st_uid not in (0, os.getuid()) or opened.st_mode & stat.S_IWOTH):
        output.talk(f"ignoring {path}: other users can write to it")
        return {}
    return values


def _parse(text: str) -> dict[str, str]:
    values = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or not NAMES.match(name.strip()):
            continue
        try:
            parts = shlex.split(value, comments=True)
        except ValueError:  # an unclosed quote: taken literally
            parts = [value]
        if parts and parts[0]:
            values[name.strip()] = parts[0]
    return values
