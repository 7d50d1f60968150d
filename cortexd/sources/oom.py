"""Processes that the kernel killed since memory was short.

/proc/vmstat counts them for everybody.  Only when the count has grown it is looked up who it
was: in the kernel's log where that may be read, else in the journal, else by the control
groups' own counts, else by the units that systemd says were killed.  A unit's group is often
gone a moment after its process, so no single one of them is enough.
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

# Kills are told for as long; then their alert resolves.
WINDOW_S = 3600.0
MAX_KILLS = 200
MAX_LOG_RECORDS = 5000
_RECORD_BYTES = 8192
# Of cgroup v2 and of v1.
_COUNTERS = frozenset({"memory.events.local", "memory.oom_control"})
# For journalctl and for systemctl, on a machine that has just run out of memory.
ASK_LIMIT_S = 5.0
# What was logged this long before the last look may belong to what is counted now.
OVERLAP_S = 2.0

_KILLED = re.compile(
    r"oom-kill:constraint=(?P<why>\w+).*?task_memcg=(?P<group>.*?),task=(?P<what>.*)"
)
_VICTIM = re.compile(r"^(?P<name>.*),pid=(?P<pid>\d+),uid=(?P<uid>\d+)$")


class OomKill(NamedTuple):
    """One kill; ``at`` in seconds of the steady clock.

    ``limited``: whether a cgroup's own limit was the reason, None if nobody tells.
    """

    at: float
    process: str | None
    pid: int | None
    unit: str | None
    limited: bool | None


class OomKills:
    """The kills of the last hour; ``proc``, ``kmsg`` and ``cgroups`` point elsewhere in tests."""

    name = "oom"
    limit_s = 3 * ASK_LIMIT_S
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
        self._looked = self._began = (time.monotonic(), time.time())
        self._new = 0
        self._since = self._began
        self._found: list[OomKill] = []
        self._grown: list[OomKill] = []

    def __del__(self) -> None:
        if self._log is not None:
            os.close(self._log)

    def missing(self) -> str | None:
        """Why they cannot be counted; the first call notes what was killed before."""
        if self._count is None and (count := self._total()) is not None:
            self._count, self._by_group = count, self._groups()
        return None if self._count is not None else "the kernel does not count them"

    def due(self, now: float) -> bool:
        """Whether something was killed, or was so long enough ago.

        Before the first hour is over it is not known who was killed within it.
        """
        known = self._count or 0
        self._count = max(known, self._total() or 0)
        if (new := self._count - known) > 0:
            self._since = self._looked if not self._new else self._since
            self._new += new
            self._found += self._from_log(now)
            groups = self._groups()
            self._grown += [
                OomKill(now, None, None, find_unit(group), None)
                for group, count in groups.items()
                for _ in range(min(new, count - self._by_group.get(group, 0)))
            ]
            self._by_group = groups
        self._looked = time.monotonic(), time.time()
        oldest = self._kills[0].at if self._kills else self._began[0]
        return self._new > 0 or now - oldest >= WINDOW_S

    async def read(self) -> list[OomKill]:
        """The kills of the last hour, the oldest first."""
        now = time.monotonic()
        new, self._new = min(self._new, MAX_KILLS), 0
        found, self._found = self._found, []
        grown, self._grown = self._grown, []
        if new:
            self._kills += (
                found
                or await self._from_journal(new, now)
                or [kill for kill in grown if kill.unit]
                or await self._from_systemd(now)
                or [OomKill(now, None, None, None, None)] * new
            )
        self._kills = [kill for kill in self._kills if now - kill.at < WINDOW_S][-MAX_KILLS:]
        if not self._kills:
            self._began = now, time.time()
        return list(self._kills)

    async def _from_journal(self, expected: int, now: float) -> list[OomKill]:
        """The newest kernel messages of kills, where this user may read the journal."""
        if not command.is_installed("journalctl"):
            return []
        outcome = await command.run(
            ["journalctl", "--dmesg", "--quiet", "--no-pager", "--output=cat",
             f"--since=@{self._since[1] - OVERLAP_S:.0f}", f"--lines={expected}",
             "--grep=oom-kill:constraint="],
            ASK_LIMIT_S,
        )  # fmt: skip
        lines = outcome.output.splitlines()
        return [kill for line in lines if (kill := parse(line, now)) is not None]

    async def _from_systemd(self, now: float) -> list[OomKill]:
        """Units whose result says that they were killed, since the last look."""
        if not command.is_installed("systemctl"):
            return []
        properties = "Id,Result,StateChangeTimestampMonotonic"
        outcome = await command.run(
            ["systemctl", "show", "--no-pager", f"--property={properties}", "*"], ASK_LIMIT_S
        )
        kills = []
        for block in outcome.output.split("\n\n"):
            values = dict(line.partition("=")[::2] for line in block.splitlines())
            if values.get("Result") == "oom-kill":
                changed = values.get("StateChangeTimestampMonotonic", "")
                if changed.isdigit() and int(changed) / 1e6 >= self._since[0] - OVERLAP_S:
                    kills.append(OomKill(now, None, None, values.get("Id"), None))
        return kills

    def _total(self) -> int | None:
        try:
            for line in self._vmstat.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except (OSError, ValueError):
            pass
        return None

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
        """Cgroups in which something was killed, with how often (v2's and v1's files).

        ``memory.events`` of v2 would count what happened in the groups below, too.
        """
        found = {}
        # Groups come and go during the walk: os.walk passes over what has gone.
        for folder, _, names in os.walk(self._cgroups):
            for name in _COUNTERS & set(names):
                try:
                    lines = Path(folder, name).read_text().splitlines()
                    fields = dict(line.split()[:2] for line in lines)
                    if count := int(fields.get("oom_kill", 0)):
                        found[os.path.relpath(folder, self._cgroups)] = count
                except (OSError, ValueError):
                    continue
        return found


def parse(record: str, now: float) -> OomKill | None:
    """A line of the kernel's log or a whole record of it, if it tells of a kill."""
    if not (killed := _KILLED.search(record.split("\n", 1)[0])):
        return None
    victim = _VICTIM.match(killed["what"])
    limited = killed["why"] == "CONSTRAINT_MEMCG"
    if not victim:
        return OomKill(now, killed["what"], None, find_unit(killed["group"]), limited)
    return OomKill(now, victim["name"], int(victim["pid"]), find_unit(killed["group"]), limited)


def _open_log(path: Path) -> int | None:
    try:
        log = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.lseek(log, 0, os.SEEK_END)
    return log
