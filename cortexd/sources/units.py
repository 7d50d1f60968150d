"""systemd's units: which failed, which restart again and again.

Asked when something has started or ended (/run/systemd/units changes then) and otherwise
every two minutes (a quarter of one while something has failed), with one call of systemctl.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

from cortexd import command

# A unit in a loop changes the folder all the time; it is looked at no more often than this.
MIN_GAP_S = 5.0
MAX_GAP_S = 120.0
# A failure that is reset leaves no trace in the folder; while there is one it is asked for.
FAILED_GAP_S = 15.0
WINDOW_S = 600.0
# A tenth of a second as a rule; much longer on a machine that can do no more.
ASK_LIMIT_S = 20.0
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
    """Failed and restarting units; ``run`` points at another /run in tests."""

    name = "units"
    limit_s = ASK_LIMIT_S + 5

    def __init__(self, run: Path = Path("/run")) -> None:
        self._booted = run / "systemd/system"
        self._folder = run / "systemd/units"
        self._seen = 0
        self._read_at = -MAX_GAP_S
        self._some_failed = False
        self._restarts: dict[str, deque[tuple[float, int]]] = {}

    def missing(self) -> str | None:
        """Why there are none."""
        if not self._booted.is_dir():
            return "systemd does not run this machine"
        return None if command.is_installed("systemctl") else "there is no systemctl"

    def due(self, now: float) -> bool:
        """Whether a unit has started or ended."""
        gap = now - self._read_at
        longest = FAILED_GAP_S if self._some_failed else MAX_GAP_S
        return gap >= longest or (gap >= MIN_GAP_S and self._stamp() != self._seen)

    async def read(self) -> list[UnitState]:
        """The units that failed or were restarted lately."""
        self._seen, self._read_at = self._stamp(), time.monotonic()
        outcome = await command.run(
            ["systemctl", "show", "--no-pager", f"--property={_PROPERTIES}", "*"], ASK_LIMIT_S
        )
        if not outcome.ok and not outcome.output:
            raise OSError(f"systemctl show ended with status {outcome.status}")
        now = time.monotonic()
        states = [self._state(block, now) for block in outcome.output.split("\n\n")]
        self._some_failed = any(state and state.active == "failed" for state in states)
        return [state for state in states if state and (state.active == "failed" or state.restarts)]

    def _stamp(self) -> int:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0

    def _state(self, block: str, now: float) -> UnitState | None:
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        if not (name := values.get("Id")):
            return None
        return UnitState(
            name,
            values.get("ActiveState", ""),
            values.get("SubState", ""),
            values.get("Result", ""),
            self._lately(name, _number(values.get("NRestarts")), now),
            _number(values.get("ExecMainStatus")),
        )

    def _lately(self, name: str, count: int, now: float) -> int:
        """Restarts within the window; those before the daemon started are not counted."""
        history = self._restarts.get(name)
        if history is None:
            if len(self._restarts) < MAX_REMEMBERED:
                self._restarts[name] = deque([(now, count)], maxlen=256)
            return 0
        if count < history[-1][1]:  # started anew by a person
            history.clear()
        if not history or count != history[-1][1]:
            history.append((now, count))
        while len(history) > 1 and now - history[1][0] > WINDOW_S:
            history.popleft()
        if now - history[-1][0] > WINDOW_S:  # quiet for the whole window
            return 0
        return count - history[0][1]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
