"""The last lines of a unit in the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortexd import command

if TYPE_CHECKING:
    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply
    from cortexd.evidence.scene import Scene

TITLE = "Last lines of the journal"
LINES = 20
LIMIT_S = 1.8
MAX_BYTES = 64 * 1024
# What systemd allows in a name; journalctl would read other characters as a pattern.
_NAME = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")


async def collect_unit_lines(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The last lines of the journal from the unit, and from systemd about it."""
    del scene
    unit = alert.metadata.get("unit")
    if not unit or not _NAME.fullmatch(unit) or not command.is_installed("journalctl"):
        return []
    argv = ["journalctl", "--no-pager", "--quiet", "--output=short-iso", f"--lines={LINES}"]
    outcome = await command.run([*argv, f"--unit={unit}"], LIMIT_S, max_bytes=MAX_BYTES)
    return [{"title": TITLE, "lines": outcome.output.splitlines()[-LINES:]}]
