"""What ``apt-get -s`` and ``apt-get --print-uris`` say, as values.  Pure: text in, values out.

Both are asked for in the C locale.  A line that is none of the known ones is skipped: package
names and maintainers' texts stand in them, and nothing but a whole match is believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.index import debversion
from cortex_cli.plan import Change, Changes

if TYPE_CHECKING:
    from collections.abc import Iterator

_INST = re.compile(r"Inst (\S+)(?: \[([^\]\s]+)\])? \((\S+) ?(.*?) ?\[(\S+?)\]\).*")
_REMV = re.compile(r"(?:Remv|Purg) (\S+) \[([^\]\s]+)\].*")
_URI = re.compile(r"'(\S+)' (\S+) (\d+) .*")
_SPACE = re.compile(r"After this operation, ([\d.,]+) ([kMGTP]?)B .*(used|freed)\.?")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
# Of a long chain of unmet dependencies the first tell a person what to do.
MAX_REASONS = 4
_ESSENTIAL = "WARNING: The following essential packages will be removed."


@dataclass(frozen=True, slots=True)
class Simulation:
    """What apt would do; ``refusal`` instead of it where it would not."""

    changes: Changes
    uris: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    refusal: str | None = None

    @property
    def downgraded(self) -> tuple[Change, ...]:
        """The packages that would get an older version than they have."""
        older = [
            change
            for change in self.changes.upgraded
            if debversion.key(change.new or "") < debversion.key(change.old or "")
        ]
        return tuple(older)


def read(simulated: str, sizes: str, complaint: str) -> Simulation:
    """Put together the output of ``-s``, of ``--print-uris``, and the errors of ``-s``."""
    new: list[Change] = []
    upgraded: list[Change] = []
    removed: list[Change] = []
    for line in simulated.splitlines():
        if match := _INST.fullmatch(line):
            name, old, version, origin, _ = match.groups()
            change = Change(name, old, version, origin.strip())
            (upgraded if old else new).append(change)
        elif match := _REMV.fullmatch(line):
            removed.append(Change(match[1], match[2], None))
    found = [match for line in sizes.splitlines() if (match := _URI.fullmatch(line))]
    changes = Changes(
        tuple(new),
        tuple(upgraded),
        tuple(removed),
        download_bytes=sum(int(match[3]) for match in found if not match[1].startswith("file:")),
        disk_bytes=_disk(sizes),
    )
    uris = tuple(match[1] for match in found)
    return Simulation(changes, uris, tuple(_essential(simulated)), _refusal(simulated, complaint))


def _disk(text: str) -> int | None:
    for line in text.splitlines():
        if match := _SPACE.fullmatch(line):
            size = float(match[1].replace(",", "")) * _UNITS[match[2]]
            return int(size if match[3] == "used" else -size)
    return None


def _essential(simulated: str) -> Iterator[str]:
    """The essential packages that would go, and those that go because of them."""
    _, warned, rest = simulated.partition(_ESSENTIAL)
    for line in rest.splitlines()[2:] if warned else []:
        if not line.startswith("  "):
            break
        yield from (word for word in re.sub(r"\(.*?\)", "", line).split())


def _refusal(simulated: str, complaint: str) -> str | None:
    errors = [line[3:] for line in complaint.splitlines() if line.startswith("E: ")]
    if not errors:
        return None
    _, unmet, rest = simulated.partition("unmet dependencies:\n")
    reasons = [line.strip() for line in rest.splitlines() if line.startswith(" ")] if unmet else []
    return "; ".join((reasons or errors)[:MAX_REASONS])
