"""Pending updates and broken packages, from what lies on this machine.

Neither root nor the network: apt simulates an upgrade from the lists it has, dpkg tells
what is half done.  Both run when the lists or dpkg's status have changed, never on a
timer, at low priority.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import NamedTuple

from cortexd import command

# While apt works the status file changes all the time.
MIN_GAP_S = 60.0
# Two seconds on an idle machine; a minute on one that is busy with an upgrade.
LIMIT_S = 120.0

_INSTALL = re.compile(r"^Inst (?P<name>\S+) \[(?P<old>[^\]]+)\] \((?P<new>\S+) (?P<origin>.+?) \[")
_SETTLED = frozenset({"installed", "not-installed", "config-files"})


class Update(NamedTuple):
    """One package that could be upgraded."""

    name: str
    old: str
    new: str
    origin: str

    @property
    def security(self) -> bool:
        """Whether it comes from a security archive."""
        return "security" in self.origin.lower()


class Broken(NamedTuple):
    """A package that is not in order, and what is wrong."""

    name: str
    problem: str


class Changes:
    """Whether files have changed since the last look."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._seen: tuple[int, ...] | None = None
        self._looked = float("-inf")

    def due(self, now: float) -> bool:
        """Whether it is time to read again."""
        return now - self._looked >= MIN_GAP_S and self._stamps() != self._seen

    def taken(self) -> None:
        """A reading begins now."""
        self._seen, self._looked = self._stamps(), time.monotonic()

    def _stamps(self) -> tuple[int, ...]:
        return tuple(_stamp(path) for path in self._paths)


class AptUpdates:
    """Updates that the local lists know of; ``root`` is another file system in tests."""

    name = "apt"
    limit_s = LIMIT_S

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._lists = root / "var/lib/apt/lists"
        status = root / "var/lib/dpkg/status"
        self._changes = Changes(self._lists, status, root / "etc/apt/preferences.d")

    def missing(self) -> str | None:
        """Why there is nothing to know."""
        if not command.is_installed("apt-get"):
            return "there is no apt-get"
        return None if self._lists.is_dir() else f"there is no {self._lists}"

    def due(self, now: float) -> bool:
        """Whether lists or packages have changed."""
        return self._changes.due(now)

    async def read(self) -> list[Update]:
        """What an upgrade would replace."""
        self._changes.taken()
        argv = ["apt-get", "-s", "-q", "-o", "Debug::NoLocking=1", *_inside(self._root)]
        outcome = await command.run([*argv, "dist-upgrade"], LIMIT_S)
        if not outcome.ok:
            raise OSError(f"apt-get -s dist-upgrade ended with status {outcome.status}")
        return parse_updates(outcome.output)


class BrokenPackages:
    """Packages that are half installed, or lack what they depend on."""

    name = "dpkg"
    limit_s = LIMIT_S

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._admin = root / "var/lib/dpkg"
        self._changes = Changes(self._admin / "status")

    def missing(self) -> str | None:
        """Why there is nothing to know."""
        if not command.is_installed("dpkg-query"):
            return "there is no dpkg"
        return None if (self._admin / "status").exists() else f"there is no {self._admin}/status"

    def due(self, now: float) -> bool:
        """Whether packages have changed."""
        return self._changes.due(now)

    async def read(self) -> list[Broken]:
        """Every package that is not in order."""
        self._changes.taken()
        form = "${db:Status-Status}\\t${db:Status-Eflag}\\t${binary:Package}\\n"
        argv = ["dpkg-query", f"--admindir={self._admin}", "-W", "-f", form]
        outcome = await command.run(argv, LIMIT_S)
        broken = parse_states(outcome.output)
        if command.is_installed("apt-get"):
            argv = ["apt-get", "check", "-q", "-o", "Debug::NoLocking=1", *_inside(self._root)]
            checked = await command.run(argv, LIMIT_S)
            broken += [found for found in parse_unmet(checked.output) if not checked.ok]
        return broken


def parse_updates(output: str) -> list[Update]:
    """The upgrades in what ``apt-get -s`` says; new packages are none."""
    return [
        Update(match["name"], match["old"], match["new"], match["origin"])
        for line in output.splitlines()
        if (match := _INSTALL.match(line))
    ]


def parse_states(output: str) -> list[Broken]:
    """The packages whose state is not a final one."""
    broken = []
    for line in output.splitlines():
        state, flag, name = [*line.split("\t"), "", ""][:3]
        if flag == "reinstreq":
            broken.append(Broken(name, "must be installed again"))
        elif state and state not in _SETTLED:
            broken.append(Broken(name, state))
    return broken


def parse_unmet(output: str) -> list[Broken]:
    """The unmet dependencies in what ``apt-get check`` says."""
    broken: list[Broken] = []
    _, _, listed = output.partition("unmet dependencies:\n")
    for line in listed.splitlines():
        if not line.startswith(" "):
            break
        name, _, problem = line.strip().partition(" : ")
        if problem:
            broken.append(Broken(name, problem.strip()))
        elif broken:  # a continuation names another dependency of the same package
            last = broken[-1]
            broken[-1] = Broken(last.name, f"{last.problem}, {line.strip()}")
    return broken


def _inside(root: Path) -> list[str]:
    return (
        []
        if root == Path("/")
        else ["-o", f"Dir={root}", "-o", f"Dir::State::status={root}/var/lib/dpkg/status"]
    )


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
