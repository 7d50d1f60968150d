"""Which package has a command: from command-not-found's lists, apt-file's, or dpkg's own.

``Commands-ARCH`` is what Ubuntu's command-not-found fetches, ``Contents-ARCH`` what apt-file
does; either may be there.  What is installed is known from dpkg in any case.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.debian import lists as apt_lists
from cortex_cli.debian.deb822 import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cortex_cli.debian.lists import ListFile

COMMANDS = re.compile(r"_(?:cnf_)?Commands-[a-z0-9]+$")
CONTENTS = re.compile(r"_Contents-[a-z0-9]+$")
_IN_CONTENTS = re.compile(rb"^(?:usr/)?(?:s?bin|games)/([^/\s]+)[ \t]+(\S+)$", re.MULTILINE)
_IN_DPKG = re.compile(rb"^/(?:usr/)?(?:s?bin|games)/([^/\n]+)$", re.MULTILINE)
# Contents are sorted by path: nothing after this is a command, and it is two thirds.
_PAST = b"usr/sc"


def files(folder: Path) -> list[ListFile]:
    """The lists of commands in ``folder``."""
    return apt_lists.find_matching(folder, COMMANDS) + apt_lists.find_matching(folder, CONTENTS)


def read(found: ListFile) -> Iterator[tuple[str, str]]:
    """Each command and its package in one list."""
    if COMMANDS.search(apt_lists.strip_compression(found.path)):
        return _from_commands(found.path)
    return _from_contents(found.path)


def _from_commands(path: Path) -> Iterator[tuple[str, str]]:
    reader = Reader(["name", "commands"])
    for stanza in apt_lists.read_stanzas(path):
        fields = reader.read(stanza)
        for command in fields.get("commands", "").split(","):
            if command.strip() and "name" in fields:
                yield command.strip(), fields["name"]


def _from_contents(path: Path) -> Iterator[tuple[str, str]]:
    rest = b""
    for piece in apt_lists.read_chunks(path):
        whole, _, rest = (rest + piece).rpartition(b"\n")
        for command, packages in _IN_CONTENTS.findall(whole):
            for package in packages.decode("utf-8", "replace").split(","):
                yield command.decode("utf-8", "replace"), package.rpartition("/")[2]
        if whole.rpartition(b"\n")[2] > _PAST:
            return


def installed(status: Path) -> Iterator[tuple[str, str]]:
    """The commands of what is installed, by dpkg's file lists beside its status file."""
    for path in sorted((status.parent / "info").glob("*.list")):
        package = path.stem.partition(":")[0]
        try:
            listed = path.read_bytes()
        except OSError:  # removed while we look
            continue
        for command in _IN_DPKG.findall(listed):
            yield command.decode("utf-8", "replace"), package
