"""Maps commands to packages, by the lists of command-not-found, apt-file or dpkg.

Ubuntu's command-not-found fetches ``Commands-ARCH``, apt-file fetches ``Contents-ARCH``; either
may exist.  The commands of installed packages are always known, from dpkg.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.debian import lists as apt_lists
from cortex_cli.debian.deb822 import Reader
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cortex_cli.debian.lists import ListFile

COMMANDS = expression(r"_(?:cnf_)?Commands-[a-z0-9]+$")
CONTENTS = expression(r"_Contents-[a-z0-9]+$")
_IN_CONTENTS = expression(rb"^(?:usr/)?(?:s?bin|games)/([^/\s]+)[ \t]+(\S+)$", re.MULTILINE)
_IN_DPKG = expression(rb"^/(?:usr/)?(?:s?bin|games)/([^/\n]+)$", re.MULTILINE)
# Contents are sorted by path: there is no command after this, two thirds of the file.
_LAST_PREFIX = b"usr/sc"


def find_lists(folder: Path) -> list[ListFile]:
    """Find the lists of commands in ``folder``."""
    return apt_lists.find_matching(folder, COMMANDS) + apt_lists.find_matching(folder, CONTENTS)


def read(listed: ListFile) -> Iterator[tuple[str, str]]:
    """Yield each command and its package in one list.

    Raises:
        Failure: the list cannot be read.
    """
    if COMMANDS.search(apt_lists.strip_compression(listed.path)):
        return _read_commands(listed.path)
    return _read_contents(listed.path)


def _read_commands(path: Path) -> Iterator[tuple[str, str]]:
    reader = Reader(["name", "commands"])
    for stanza in apt_lists.read_stanzas(path):
        fields = reader.read(stanza)
        for command in fields.get("commands", "").split(","):
            if command.strip() and "name" in fields:
                yield command.strip(), fields["name"]


def _read_contents(path: Path) -> Iterator[tuple[str, str]]:
    rest = b""
    for piece in apt_lists.read_chunks(path):
        complete, _, rest = (rest + piece).rpartition(b"\n")
        for command, packages in _IN_CONTENTS.findall(complete):
            for package in packages.decode("utf-8", "replace").split(","):
                yield command.decode("utf-8", "replace"), package.rpartition("/")[2]
        if complete.rpartition(b"\n")[2] > _LAST_PREFIX:
            return


def read_installed(status: Path) -> Iterator[tuple[str, str]]:
    """Yield the commands of installed packages and their packages, by dpkg's file lists."""
    for path in sorted((status.parent / "info").glob("*.list")):
        package = path.stem.partition(":")[0]
        try:
            files = path.read_bytes()
        except OSError:  # removed meanwhile
            continue
        for command in _IN_DPKG.findall(files):
            yield command.decode("utf-8", "replace"), package
