"""Logging to standard error, as journald reads it.

Under systemd each line carries its priority as ``<N>``; elsewhere its time and level.
Prompts and answers are never logged.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback

_PRIORITIES = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}


class _JournalFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        mark = f"<{_PRIORITIES.get(record.levelname, 5)}>"
        return "\n".join(mark + line for line in text.splitlines())


def set_up(level: str) -> None:
    """Send log records of ``level`` and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    sys.excepthook = lambda kind, error, tb: logging.critical(
        "%s", "".join(traceback.format_exception(kind, error, tb))
    )
