"""systemd's units: which failed, and which keep restarting.

Read with one call of systemctl: when a unit has started or ended (/run/systemd/units changes
then), and otherwise every two minutes, or every 15 seconds while a unit has failed.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

from cortexd import command

# A unit in a restart loop changes the folder all the time; readings are at least this far apart.
MIN_GAP_S = 5.0
MAX_GAP_S = 120.0
# A failure that is reset leaves no trace in the folder, so while there is one, systemd is asked.
FAILED_GAP_S = 15.0
WINDOW_S = 600.0
# Usually a tenth of a second; much longer on an overloaded machine.
SYSTEMCTL_LIMIT_S = 20.0
# Units whose restarts are remembered; a machine has a few hundred services.
MAX_REMEMBERED = 1000

_PROPERTIES = "Id,ActiveState,SubState,Result,NRestarts,ExecMainStatus,ExecMainCode"


class UnitState(NamedTuple):
    """One unit; ``restarts`` counts those of the last ten minutes."""

    name: str
    active: str
    sub: str
    result: str
    restarts: int
    exit_status: int


class Units:
    """Units that failed or restarted; ``run`` points at another /run in tests."""

    name = "units"
    limit_s = SYSTEMCTL_LIMIT_S + 5

    def __init__(self, run: Path = Path("/run")) -> None:
        self._systemd = run / "systemd/system"
        self._folder = run / "systemd/units"
        self._last_stamp = 0
        self._read_at = -MAX_GAP_S
        self._some_failed = False
        self._restarts: dict[str, deque[tuple[float, int]]] = {}

    def explain_absence(self) -> str | None:
        """Why there are none, or None."""
        if not self._systemd.is_dir():
            return "systemd is not running"
        return None if command.is_installed("systemctl") else "systemctl is not installed"

    def is_due(self, now: float) -> bool:
        """Whether a unit has started or ended, or it is time to look again."""
        gap = now - self._read_at
        longest = FAILED_GAP_S if self._some_failed else MAX_GAP_S
        return gap >= longest or (gap >= MIN_GAP_S and self._read_stamp() != self._last_stamp)

    async def read(self) -> list[UnitState]:
        """The units that failed or restarted recently."""
        self._last_stamp, self._read_at = self._read_stamp(), time.monotonic()
        outcome = await command.run(
            ["systemctl", "show", "--no-pager", f"--property={_PROPERTIES}", "*"], SYSTEMCTL_LIMIT_S
        )
        if outcome.status is None:  # half an answer would resolve the alerts of the other half
            raise OSError("systemctl show was stopped before it had listed every unit")
        if not outcome.ok and not outcome.output:
            raise OSError(f"systemctl show exited with status {outcome.status}")
        now = time.monotonic()
        states = [self._parse_block(block, now) for block in outcome.output.split("\n\n")]
        self._some_failed = any(state and state.active == "failed" for state in states)
        return [state for state in states if state and (state.active == "failed" or state.restarts)]

    def _read_stamp(self) -> int:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0

    def _parse_block(self, block: str, now: float) -> UnitState | None:
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        if not (name := values.get("Id")):
            return None
        return UnitState(
            name,
            values.get("ActiveState", ""),
            values.get("SubState", ""),
            values.get("Result", ""),
            self._count_restarts(name, _parse_number(values.get("NRestarts")), now),
            _parse_number(values.get("ExecMainStatus")),
        )

    def _count_restarts(self, name: str, count: int, now: float) -> int:
        """Restarts within the window; those before the daemon started do not count."""
        history = self._restarts.get(name)
        if history is None:
            if len(self._restarts) < MAX_REMEMBERED:
                self._restarts[name] = deque([(now, count)], maxlen=256)
            return 0
        if count < history[-1][1]:  # a person started it again
            history.clear()
        if not history or count != history[-1][1]:
            history.append((now, count))
        while len(history) > 1 and now - history[1][0] > WINDOW_S:
            history.popleft()
        if now - history[-1][0] > WINDOW_S:  # quiet for the whole window
            return 0
        return count - history[0][1]


def _parse_number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
