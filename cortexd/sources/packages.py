"""Pending updates and broken packages, from the local package lists and dpkg's status.

Needs neither root nor the network: apt simulates an upgrade from the lists it has, dpkg reports
what is half done.  Both run at low priority when the lists or dpkg's status have changed, never
on a timer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from cortexd import command
from cortexd.sources.apt_output import (
    Update,
    find_masked,
    find_security_indexes,
    parse_updates,
)

# While apt works the status file changes all the time.
MIN_GAP_S = 60.0
# Two seconds on an idle machine; a minute on one that is busy upgrading.
LIMIT_S = 120.0

_SETTLED = frozenset({"installed", "not-installed", "config-files"})


class Broken(NamedTuple):
    """A broken package, and what is wrong with it."""

    name: str
    problem: str


class Changes:
    """Whether files have changed since they were last read."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._stamps: tuple[int, ...] | None = None
        self._read_at = float("-inf")

    def is_due(self, now: float) -> bool:
        """Whether they changed, and the last reading was a while ago."""
        return now - self._read_at >= MIN_GAP_S and self._find_stamps() != self._stamps

    def mark_read(self) -> None:
        """A reading starts now."""
        self._stamps, self._read_at = self._find_stamps(), time.monotonic()

    def _find_stamps(self) -> tuple[int, ...]:
        return tuple(_read_stamp(path) for path in self._paths)


class AptUpdates:
    """Updates in the local package lists; ``root`` is another file system in tests."""

    name = "apt"
    limit_s = LIMIT_S

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._lists = root / "var/lib/apt/lists"
        status = root / "var/lib/dpkg/status"
        self._changes = Changes(self._lists, status, root / "etc/apt/preferences.d")

    def explain_absence(self) -> str | None:
        """Why there is nothing to read, or None."""
        if not command.is_installed("apt-get"):
            return "apt-get is not installed"
        return None if self._lists.is_dir() else f"{self._lists} does not exist"

    def is_due(self, now: float) -> bool:
        """Whether lists or packages have changed."""
        return self._changes.is_due(now)

    async def read(self) -> list[Update]:
        """What an upgrade would replace."""
        self._changes.mark_read()
        argv = ["apt-get", "-s", "-q", "-o", "Debug::NoLocking=1", *_build_root_options(self._root)]
        outcome = await command.run([*argv, "dist-upgrade"], LIMIT_S)
        if not outcome.ok:
            raise OSError(f"apt-get -s dist-upgrade exited with status {outcome.status}")
        updates = parse_updates(outcome.output)
        return await self._find_masked(updates) if updates else []

    async def _find_masked(self, updates: list[Update]) -> list[Update]:
        """Add which updates skip a security update, because a newer version is to be installed.

        The upgrade alone does not say it: it names the archives of the newest version only.
        """
        options = _build_root_options(self._root)
        names = [update.name for update in updates]
        targets = await command.run(["apt-get", "indextargets", *options], LIMIT_S)
        policy = await command.run(["apt-cache", "policy", *options, "--", *names], LIMIT_S)
        if not (targets.ok and policy.ok):
            raise OSError(f"apt-cache policy exited with status {policy.status}")
        masked = find_masked(policy.output, find_security_indexes(targets.output))
        return [update._replace(masks_security=update.name in masked) for update in updates]


class BrokenPackages:
    """Packages that are half installed, or have unmet dependencies."""

    name = "dpkg"
    limit_s = LIMIT_S

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._admin = root / "var/lib/dpkg"
        self._changes = Changes(self._admin / "status")

    def explain_absence(self) -> str | None:
        """Why there is nothing to read, or None."""
        if not command.is_installed("dpkg-query"):
            return "dpkg-query is not installed"
        return None if (self._admin / "status").exists() else f"{self._admin}/status does not exist"

    def is_due(self, now: float) -> bool:
        """Whether packages have changed."""
        return self._changes.is_due(now)

    async def read(self) -> list[Broken]:
        """Every broken package."""
        self._changes.mark_read()
        form = "${db:Status-Status}\\t${db:Status-Eflag}\\t${binary:Package}\\n"
        argv = ["dpkg-query", f"--admindir={self._admin}", "-W", "-f", form]
        outcome = await command.run(argv, LIMIT_S)
        if not outcome.ok:  # half an answer would resolve the alert of the other half
            raise OSError(f"dpkg-query exited with status {outcome.status}")
        broken = parse_states(outcome.output)
        if command.is_installed("apt-get"):
            argv = [
                "apt-get",
                "check",
                "-q",
                "-o",
                "Debug::NoLocking=1",
                *_build_root_options(self._root),
            ]
            check = await command.run(argv, LIMIT_S)
            if check.status is None:
                raise OSError("apt-get check was stopped before its end")
            broken += parse_unmet(check.output) if not check.ok else []
        return broken


def parse_states(output: str) -> list[Broken]:
    """The packages whose state is not a final one."""
    broken = []
    for line in output.splitlines():
        state, flag, name = [*line.split("\t"), "", ""][:3]
        if flag == "reinstreq":
            broken.append(Broken(name, "must be reinstalled"))
        elif state and state not in _SETTLED:
            broken.append(Broken(name, state))
    return broken


def parse_unmet(output: str) -> list[Broken]:
    """The unmet dependencies in the output of ``apt-get check``."""
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


def _build_root_options(root: Path) -> list[str]:
    return (
        []
        if root == Path("/")
        else ["-o", f"Dir={root}", "-o", f"Dir::State::status={root}/var/lib/dpkg/status"]
    )


def _read_stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
