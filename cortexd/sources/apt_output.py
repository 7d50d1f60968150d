"""What apt's programs print about pending updates: which there are, and which fix security.

An update fixes security if any version between the installed one and the new one comes from a
security archive, as update-notifier counts.  An archive is one by its suite or codename
(``stable-security``), or by Debian's own label; a word somewhere in a label is none.  Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_INSTALL = re.compile(r"^Inst (?P<name>\S+) \[(?P<old>[^\]]+)\] \((?P<new>\S+) (?P<origin>.+?) \[")
_SUITE = "-security"
_LABEL = "Debian-Security"
# "     3.0.14 500" and " *** 3.0.11 100"; below each, its archives, further to the right.
_VERSION = re.compile(r"^(?P<mark> \*\*\* | {5})(?P<version>[^\s]+) -?\d+")
_ARCHIVE = re.compile(r"^ {6,}-?\d+ (?P<index>\S.*)$")


class Update(NamedTuple):
    """One package that could be upgraded.

    ``masks_security``: a version that fixes security lies between the old and the new one.
    """

    name: str
    old: str
    new: str
    origin: str
    masks_security: bool = False

    @property
    def security(self) -> bool:
        """Whether it fixes security."""
        return self.masks_security or any(map(_is_security, self.origin.split(", ")))


def parse_updates(output: str) -> list[Update]:
    """The upgrades in the output of ``apt-get -s``; new packages are not upgrades."""
    return [
        Update(match["name"], match["old"], match["new"], match["origin"])
        for line in output.split("\n")
        if (match := _INSTALL.match(line))
    ]


def find_security_indexes(output: str) -> frozenset[str]:
    """The descriptions of security archives in the output of ``apt-get indextargets``."""
    found = set()
    for stanza in output.split("\n\n"):
        known = dict(line.partition(": ")[::2] for line in stanza.split("\n"))
        archives = (known.get("Suite", ""), known.get("Codename", ""))
        if known.get("Label") == _LABEL or any(map(_is_security_archive, archives)):
            found.add(known.get("Description", ""))
    return frozenset(found)


def find_masked(policy: str, indexes: frozenset[str]) -> set[str]:
    """The packages of ``apt-cache policy`` with a version to come that is in ``indexes``.

    The table begins with the newest version; those above the candidate are not to come, and
    those from the installed one on are no news.
    """
    found: set[str] = set()
    name = candidate = ""
    is_coming = False
    for line in policy.split("\n"):
        if not line.startswith(" ") and line.endswith(":"):
            name, is_coming = line[:-1], False
        elif line.startswith("  Candidate: "):
            candidate = line.partition(": ")[2]
        elif match := _VERSION.match(line):
            if match["mark"].strip():
                is_coming = False
            elif match["version"] == candidate:
                is_coming = True
        elif is_coming and (match := _ARCHIVE.match(line)) and match["index"] in indexes:
            found.add(name)
    return found


def _is_security(origin: str) -> bool:
    """Whether ``origin``, "Debian-Security:12/stable-security", is a security archive."""
    release, _, archive = origin.rpartition("/")
    return _is_security_archive(archive) or release.rpartition(":")[0] == _LABEL


def _is_security_archive(name: str) -> bool:
    return name.endswith(_SUITE) or name == _SUITE[1:]
