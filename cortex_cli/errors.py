"""What ends a command, and with which exit status.

    CortexError (cortexd.api.errors)       1
    └── Failure                            1
        ├── UsageFault                     2
        ├── NothingFound                   3
        └── AlreadySaid                    1, and nothing more is printed

Raised anywhere, printed by ``main`` only.  An interrupt is 130 and no error.
"""

from __future__ import annotations

from typing import ClassVar

from cortexd.api.errors import CortexError

DONE = 0
FAILED = 1
USAGE = 2
NOTHING_FOUND = 3
INTERRUPTED = 130


class Failure(CortexError):
    """The command could not do what it was asked."""

    exit_code: ClassVar[int] = FAILED


class UsageError(Failure):
    """The command line, an environment variable or a settings file makes no sense."""

    exit_code = USAGE


class NothingFound(Failure):
    """The request was understood, and nothing on this machine answers it."""

    exit_code = NOTHING_FOUND


class AlreadyReported(Failure):
    """The outcome is bad and has been printed as data; only the exit status is left."""

    def __init__(self, exit_code: int = FAILED) -> None:
        super().__init__("")
        self.status = exit_code


def exit_status(error: CortexError) -> int:
    """The exit status that ``error`` stands for."""
    if isinstance(error, AlreadyReported):
        return error.status
    return error.exit_code if isinstance(error, Failure) else FAILED
