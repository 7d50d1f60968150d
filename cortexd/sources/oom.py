"""Processes that the kernel killed because memory ran out.

/proc/vmstat counts the kills, and every user may read it.  Only when the count has grown are
the victims looked up: in the kernel's log if it may be read, else in the journal, else in the
counts of the control groups, else among the units that systemd reports as killed.  A unit's
group is often gone a moment after its process, so none of these is enough alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from cortexd import command
from cortexd.cgroups import find_unit

# A kill is reported for this long; then its alert is resolved.
WINDOW_S = 3600.0
MAX_KILLS = 200
MAX_LOG_RECORDS = 5000
_RECORD_BYTES = 8192
# Of cgroup v2 and of v1.
_COUNTERS = frozenset({"memory.events.local", "memory.oom_control"})
# For journalctl and systemctl, on a machine that has just run out of memory.
COMMAND_LIMIT_S = 5.0
# A message logged this long before the last check may belong to a kill that is counted now.
OVERLAP_S = 2.0

_KILL = re.compile(
    r"oom-kill:constraint=(?P<why>\w{1,64}+).{0,400}?task_memcg=(?P<group>[^,]{0,1024}+),task=(?P<what>.*)"
)
_VICTIM = re.compile(r"^(?P<name>.*),pid=(?P<pid>\d+),uid=(?P<uid>\d+)$")


class OomKill(NamedTuple):
    """One kill; ``at`` in seconds of the steady clock.

    ``limited``: whether a cgroup's own limit was the reason, None if unknown.
    """

    at: float
    process: str | None
    pid: int | None
    unit: str | None
    limited: bool | None


class OomKills:
    """The kills of the last hour; ``proc``, ``kmsg`` and ``cgroups`` point elsewhere in tests."""

    name = "oom"
    limit_s = 3 * COMMAND_LIMIT_S
    at_once = True

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
        self._checked = self._quiet_since = (time.monotonic(), time.time())
        self._new = 0
        self._since = self._quiet_since
        self._logged: list[OomKill] = []
        self._grown: list[OomKill] = []

    def __del__(self) -> None:
        if self._log is not None:
            os.close(self._log)

    def explain_absence(self) -> str | None:
        """Why they cannot be counted, or None; the first call records the counts so far."""
        if self._count is None and (count := self._read_count()) is not None:
            self._count, self._by_group = count, self._count_by_group()
        return None if self._count is not None else "the kernel does not count out-of-memory kills"

    def is_due(self, now: float) -> bool:
        """Whether a process was killed, or the oldest kill has expired.

        Kills before the daemon's start are unknown, so nothing has expired in the first hour.
        """
        before = self._count or 0
        self._count = max(before, self._read_count() or 0)
        if (new := self._count - before) > 0:
            self._since = self._checked if not self._new else self._since
            self._new += new
            self._logged += self._read_log(now)
            groups = self._count_by_group()
            self._grown += [
                OomKill(now, None, None, find_unit(group), None)
                for group, count in groups.items()
                for _ in range(min(new, count - self._by_group.get(group, 0)))
            ]
            self._by_group = groups
        self._checked = time.monotonic(), time.time()
        oldest = self._kills[0].at if self._kills else self._quiet_since[0]
        return self._new > 0 or now - oldest >= WINDOW_S

    async def read(self) -> list[OomKill]:
        """The kills of the last hour, the oldest first."""
        now = time.monotonic()
        new, self._new = min(self._new, MAX_KILLS), 0
        logged, self._logged = self._logged, []
        grown, self._grown = self._grown, []
        if new:
            self._kills += (
                logged
                or await self._read_journal(new, now)
                or [kill for kill in grown if kill.unit]
                or await self._read_systemd(now)
                or [OomKill(now, None, None, None, None)] * new
            )
        self._kills = [kill for kill in self._kills if now - kill.at < WINDOW_S][-MAX_KILLS:]
        if not self._kills:
            self._quiet_since = now, time.time()
        return list(self._kills)

    async def _read_journal(self, expected: int, now: float) -> list[OomKill]:
        """The newest kernel messages about kills, if this user may read the journal."""
        if not command.is_installed("journalctl"):
            return []
        outcome = await command.run(
            ["journalctl", "--dmesg", "--quiet", "--no-pager", "--output=cat",
             f"--since=@{self._since[1] - OVERLAP_S:.0f}", f"--lines={expected}",
             "--grep=oom-kill:constraint="],
            COMMAND_LIMIT_S,
        )  # fmt: skip
        lines = outcome.output.splitlines()
        return [kill for line in lines if (kill := parse(line, now)) is not None]

    async def _read_systemd(self, now: float) -> list[OomKill]:
        """Units whose result says that they were killed since the last check."""
        if not command.is_installed("systemctl"):
            return []
        properties = "Id,Result,StateChangeTimestampMonotonic"
        outcome = await command.run(
            ["systemctl", "show", "--no-pager", f"--property={properties}", "*"], COMMAND_LIMIT_S
        )
        kills = []
        for block in outcome.output.split("\n\n"):
            values = dict(line.partition("=")[::2] for line in block.splitlines())
            if values.get("Result") == "oom-kill":
                changed = values.get("StateChangeTimestampMonotonic", "")
                if changed.isdigit() and int(changed) / 1e6 >= self._since[0] - OVERLAP_S:
                    kills.append(OomKill(now, None, None, values.get("Id"), None))
        return kills

    def _read_count(self) -> int | None:
        try:
            for line in self._vmstat.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            pass
        return None

    def _read_log(self, now: float) -> list[OomKill]:
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
            if (kill := parse(record.decode(errors="backslashreplace"), now)) is not None:
                kills.append(kill)
        return kills

    def _count_by_group(self) -> dict[str, int]:
        """How many processes were killed in each cgroup (v2's and v1's files).

        ``memory.events`` of v2 would count the kills in the groups below too.
        """
        counts = {}
        # Groups come and go during the walk: os.walk skips those that have gone.
        for folder, _, names in os.walk(self._cgroups):
            for name in _COUNTERS & set(names):
                try:
                    lines = Path(folder, name).read_text().splitlines()
                    fields = dict(line.split()[:2] for line in lines)
                    if count := int(fields.get("oom_kill", 0)):
                        counts[os.path.relpath(folder, self._cgroups)] = count
                except (OSError, ValueError):
                    continue
        return counts


def parse(record: str, now: float) -> OomKill | None:
    """The kill in a line or a whole record of the kernel's log, or None."""
    if not (match := _KILL.search(record.split("\n", 1)[0])):
        return None
    victim = _VICTIM.match(match["what"])
    limited = match["why"] == "CONSTRAINT_MEMCG"
    if not victim:
        return OomKill(now, match["what"], None, find_unit(match["group"]), limited)
    return OomKill(now, victim["name"], int(victim["pid"]), find_unit(match["group"]), limited)


def _open_log(path: Path) -> int | None:
    try:
        log = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.lseek(log, 0, os.SEEK_END)
    return log
