"""Settings of model providers: the environment, then ``.env`` files; the first that says it wins.

Files: ``./.env``, ``~/.cortex/.env``, ``/etc/cortex/.env``.  A file that others could have
written is not read: it could send questions to a machine of theirs.
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

#: What is looked up; other variables in the files are somebody else's.
NAMES = re.compile(r"(CORTEX_PROVIDER|(LLAMA_CPP|OLLAMA|OPENAI)_(BASE_URL|MODEL|API_KEY))\Z")
MAX_FILE_BYTES = 64 * 1024


def load(environ: Mapping[str, str], files: tuple[Path, ...] | None = None) -> dict[str, str]:
    """Every provider setting that is made somewhere."""
    home = Path(environ.get("HOME") or "~").expanduser()
    places = files or (Path(".env"), home / ".cortex/.env", Path("/etc/cortex/.env"))
    found = {name: value for name, value in environ.items() if NAMES.match(name) and value}
    for place in places:
        for name, value in _read(place).items():
            found.setdefault(name, value)
    return found


def _read(path: Path) -> dict[str, str]:
    try:
        # Not blocking: a pipe left in the folder would hold up every command.
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
        output.talk(f"not reading {path}: others may have written it")
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
        except ValueError:  # a quote that never ends: taken as it stands
            parts = [value]
        if parts and parts[0]:
            values[name.strip()] = parts[0]
    return values
