"""What to do about an alert: written in advance, filled with its evidence.

The templates are filled by a child process (``remedy_child.py``), one for all alerts of a turn.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cortexd import command
from cortexd.alert import sanitize
from cortexd.rules import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.alert import Alert

_log = logging.getLogger(__name__)

MAX_REMEDY_CHARS = 4000
# An interpreter with Jinja2 starts in 0.1 s; on a machine in trouble it takes longer.
LIMIT_S = 5.0
# Nobody waits for a retry but the turn of the monitor that it is part of.
RETRY_LIMIT_S = 20.0
# Alerts of one child; on a bad start hundreds may be raised together.
BATCH = 50

_CHILD = Path(__file__).with_name("remedy_child.py")


async def write(alerts: Sequence[Alert], limit_s: float = LIMIT_S) -> bool:
    """Fill in the remedy of each alert; False if that must be retried."""
    for start in range(0, len(alerts), BATCH):
        batch = alerts[start : start + BATCH]
        texts = await _render(batch, limit_s)
        if texts is None:
            return False
        for alert, text in zip(batch, texts, strict=True):
            if isinstance(text, str):
                alert.remedy = sanitize(text, MAX_REMEDY_CHARS)
            else:
                _log.error("cannot write the remedy for %s: %s", alert.kind, text)
    return True


def _find_template(alert: Alert) -> str:
    kind = KINDS.get(alert.kind)
    return kind.template if kind else alert.kind


async def _render(alerts: Sequence[Alert], limit_s: float) -> list[object] | None:
    request = [
        {
            "template": _find_template(alert),
            "m": alert.metadata,
            "found": {evidence["title"]: evidence["lines"] for evidence in alert.evidence},
            "severity": alert.severity,
            "message": alert.message,
        }
        for alert in alerts
    ]
    argv = [sys.executable, "-I", str(_CHILD)]
    try:
        outcome = await command.run(argv, limit_s, stdin=msgspec.json.encode(request))
        texts = msgspec.json.decode(outcome.output, type=list[object]) if outcome.ok else []
    except (OSError, msgspec.MsgspecError) as error:
        _log.warning("cannot write remedies now: %s", error)
        return None
    return texts if len(texts) == len(alerts) else None
