"""The last lines that a unit has said, from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd import command

if TYPE_CHECKING:
    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply
    from cortexd.evidence.scene import Scene

LINES = 20
LIMIT_S = 1.8
MAX_BYTES = 64 * 1024


async def of_unit(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The unit's last lines, its own and systemd's about it."""
    del scene
    unit = alert.metadata.get("unit")
    if not unit or not command.available("journalctl"):
        return []
    argv = ["journalctl", "--no-pager", "--quiet", "--output=short-iso", f"--lines={LINES}"]
    outcome = await command.run([*argv, f"--unit={escape(unit)}"], LIMIT_S, max_bytes=MAX_BYTES)
    return [{"title": "Last lines of the journal", "lines": outcome.output.splitlines()[-LINES:]}]


def escape(unit: str) -> str:
    """A unit's name where journalctl takes a glob pattern."""
    return "".join(f"\\{char}" if char in "*?[]\\" else char for char in unit)
