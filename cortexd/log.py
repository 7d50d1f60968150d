"""Logging: to the journal with its fields, elsewhere to standard error with time and level.

A record's ``fields`` (see ``events``) become fields of the entry, beside the journal's own
fields for the place in the code.  Prompts and answers are never logged.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

from cortexd.journal import Journal, is_stderr

if TYPE_CHECKING:
    from cortexd.config import LogSection

_PRIORITIES = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}
_IDENTIFIER = "cortexd"


class JournalHandler(logging.Handler):
    """Sends records to journald; one that it refuses goes to standard error."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        priority = _PRIORITIES.get(record.levelname, 5)
        text = self.format(record)
        entry = {
            "MESSAGE": text,
            "PRIORITY": priority,
            "SYSLOG_IDENTIFIER": _IDENTIFIER,
            "CODE_FILE": record.pathname,
            "CODE_LINE": record.lineno,
            "CODE_FUNC": record.funcName,
            "LOGGER": record.name,
            **getattr(record, "fields", {}),
        }
        if not self._journal.send(entry):
            lines = "\n".join(f"<{priority}>{line}" for line in text.splitlines())
            sys.stderr.write(lines + "\n")


def set_up(settings: LogSection) -> None:
    """Send log records where they belong, and uncaught exceptions with them."""
    handler: logging.Handler
    if is_stderr():
        handler = JournalHandler(Journal())
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], force=True)
    configure(settings)
    sys.excepthook = lambda kind, error, tb: logging.critical(
        "%s", "".join(traceback.format_exception(kind, error, tb))
    )


def configure(settings: LogSection) -> None:
    """Log records of ``settings.level`` and above only."""
    logging.getLogger().setLevel(settings.level.upper())
