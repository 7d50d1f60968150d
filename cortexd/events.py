"""The kinds of events that the daemon logs, each with its MESSAGE_ID in the journal.

``journalctl MESSAGE_ID=…`` finds all of one kind, whatever their wording; the ids are
a promise and never change (docs/operations.md lists them).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


class Event(Enum):
    """Kind → MESSAGE_ID."""

    READY = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f201"
    STOPPING = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f202"
    RELOADED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f203"
    RELOAD_FAILED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f204"
    DEFECT = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f205"
    REQUEST_STARTED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f211"
    REQUEST_DONE = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f212"
    REQUEST_FAILED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f213"
    MODEL_LOADING = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f221"
    MODEL_STARTED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f222"
    MODEL_ASKED_FOR = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f223"
    ALERT_RAISED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f231"
    ALERT_RESOLVED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f232"
    ALERT_ACKNOWLEDGED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f233"
    ALERT_DISMISSED = "5d2f1c0e8a1b4a7f9c3e6b0d74a1f234"


def log(
    logger: logging.Logger, level: int, event: Event, message: str, *args: object, **fields: object
) -> None:
    """Log one event; ``request_id=…`` becomes the journal's field CORTEX_REQUEST_ID."""
    if logger.isEnabledFor(level):
        named = {f"CORTEX_{name.upper()}": value for name, value in fields.items()}
        extra = {"fields": {"MESSAGE_ID": event.value, "CORTEX_EVENT": event.name.lower(), **named}}
        logger.log(level, message, *args, extra=extra, stacklevel=2)
