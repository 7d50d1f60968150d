"""Processes that the kernel killed since memory was short.

/proc/vmstat counts them for everybody; only when the count has grown is the kernel's log
read for who it was, and, where that is not ours to read, the cgroups' own counts.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from cortexd.cgroups import unit_in

# Kills are told for as long; then their alert resolves.
WINDOW_S = 3600.0
MAX_KILLS = 200
MAX_LOG_RECORDS = 5000
_RECORD_BYTES = 8192

_KILLED = re.compile(
    r"oom-kill:constraint=(?P<why>\w+).*?task_memcg=(?P<group>.*?),task=(?P<what>.*)"
)
_VICTIM = re.compile(r"^(?P<name>.*),pid=(?P<pid>\d+),uid=(?P<uid>\d+)$")


class OomKill(NamedTuple):
    """One kill; ``at`` in seconds of the steady clock, ``limited`` by a cgroup's own limit."""

    at: float
    process: str | None
    pid: int | None
    unit: str | None
    limited: bool


class OomKills:
    """The kills of the last hour; ``proc``, ``kmsg`` and ``cgroups`` point elsewhere in tests."""

    name = "oom"

    def __init__(
        self,
        proc: Path = Path("/proc"),
        kmsg: Path = Path("/dev/kmsg"),
        cgroups: Path = Path("/sys/fs/cgroup"),
    ) -> None:
        self._vmstat = proc / "vmstat"
        self._cgroups = cgroups
        self._kills: list[OomKill] = []
        self._log = _open_log(kmsg)
        self._count: int | None = None
        self._by_group: dict[str, int] = {}

    def __del__(self) -> None:
        if self._log is not None:
            os.close(self._log)

    def missing(self) -> str | None:
        """Why they cannot be counted."""
        if self._count is not None:
            return None
        return None if self._total() is not None else "the kernel does not count them"

    def read(self) -> list[OomKill]:
        """The kills of the last hour, the oldest first."""
        now = time.monotonic()
        count = self._total() or 0
        if self._count is None:
            self._by_group = self._groups()
        elif count > self._count:
            self._kills += self._who(count - self._count, now)
        self._count = count
        self._kills = [kill for kill in self._kills if now - kill.at < WINDOW_S][-MAX_KILLS:]
        return list(self._kills)

    def _total(self) -> int | None:
        try:
            for line in self._vmstat.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            pass
        return None

    def _who(self, expected: int, now: float) -> list[OomKill]:
        kills = self._from_log(now)
        groups = self._groups()
        if not kills:
            kills = [
                OomKill(now, None, None, unit_in(group), True)
                for group, count in groups.items()
                for _ in range(min(expected, count - self._by_group.get(group, 0)))
            ]
        self._by_group = groups
        return kills or [OomKill(now, None, None, None, False)] * min(expected, MAX_KILLS)

    def _from_log(self, now: float) -> list[OomKill]:
        kills: list[OomKill] = []
        for _ in range(MAX_LOG_RECORDS):
            if self._log is None:
                break
            try:
                record = os.read(self._log, _RECORD_BYTES)
            except BlockingIOError:
                break
            except BrokenPipeError:  # records were overwritten: the next is the oldest left
                continue
            except OSError:
                break
            if (kill := parse(record.decode(errors="replace"), now)) is not None:
                kills.append(kill)
        return kills

    def _groups(self) -> dict[str, int]:
        """Cgroups in which something was killed, with how often (v2's and v1's files)."""
        found = {}
        for pattern, field in (("memory.events", "oom_kill"), ("memory.oom_control", "oom_kill")):
            for path in self._cgroups.rglob(pattern):
                try:
                    fields = dict(line.split()[:2] for line in path.read_text().splitlines())
                    if count := int(fields.get(field, 0)):
                        found[str(path.parent.relative_to(self._cgroups))] = count
                except (OSError, ValueError):
                    continue
        return found


def parse(record: str, now: float) -> OomKill | None:
    """A record of the kernel's log, if it tells of a kill."""
    text = record.split("\n", 1)[0].partition(";")[2]
    if not (killed := _KILLED.search(text)):
        return None
    victim = _VICTIM.match(killed["what"])
    limited = killed["why"] == "CONSTRAINT_MEMCG"
    if not victim:
        return OomKill(now, killed["what"], None, unit_in(killed["group"]), limited)
    return OomKill(now, victim["name"], int(victim["pid"]), unit_in(killed["group"]), limited)


def _open_log(path: Path) -> int | None:
    try:
        log = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.lseek(log, 0, os.SEEK_END)
    return log
