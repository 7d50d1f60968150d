"""Loads the settings of model providers from the environment, then from ``.env`` files.

The first source that has a setting wins.  Files: ``~/.cortex/.env``, ``/etc/cortex/.env``; never
one of the working directory, which may be anybody's (a cloned repository).  A file that others
could have written is ignored: it could send questions to their server.  The sources stay apart, so
that no key of one is sent to a server that another names.
"""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.expressions import expression
from cortex_cli.settings import find_home

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The settings to load; other variables in the files are ignored.
NAMES = expression(r"(CORTEX_PROVIDER|(LLAMA_CPP|OLLAMA|OPENAI)_(BASE_URL|MODEL|API_KEY))\Z")
ENVIRONMENT = "the environment"
USER_FILE = ".cortex/.env"
SYSTEM_FILE = Path("/etc/cortex/.env")
MAX_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Settings that one place gives; ``name`` is the environment or a file's path."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The settings of all sources; earlier ones win."""

    sources: tuple[Source, ...]

    def get(self, name: str) -> str | None:
        """Return a setting's value, None if nothing sets it."""
        source = self.find_source(name)
        return source.values[name] if source else None

    def find_source(self, name: str) -> Source | None:
        """Return the source that a setting is taken from, None if nothing sets it."""
        return next((source for source in self.sources if name in source.values), None)


def load(environ: Mapping[str, str], files: tuple[Path, ...] | None = None) -> ProviderSettings:
    """Return the provider settings of the environment and of ``files``, the usual ones if None."""
    usual = (find_home(environ) / USER_FILE, SYSTEM_FILE)
    own = {name: value for name, value in environ.items() if NAMES.match(name) and value}
    return ProviderSettings(
        (Source(ENVIRONMENT, own), *(Source(str(path), _read(path)) for path in files or usual))
    )


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
