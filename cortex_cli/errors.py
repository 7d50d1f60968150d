"""The errors that end a command, and their exit statuses.

    CortexError (cortexd.api.errors)       1
    └── Failure                            1
        ├── UsageError                     2
        ├── NothingFound                   3
        └── AlreadyReported                    1, and nothing more is printed

Raised anywhere, printed by ``main`` only.  An interrupt is 130, not an error.
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
    """The command could not do what it was asked to do."""

    exit_code: ClassVar[int] = FAILED


class UsageError(Failure):
    """The command line, an environment variable or a settings file is invalid."""

    exit_code = USAGE


class NothingFound(Failure):
    """The request was understood, and nothing on this machine answers it."""

    exit_code = NOTHING_FOUND


class AlreadyReported(Failure):
    """The failure has already been printed; only the exit status is left."""

    def __init__(self, exit_code: int = FAILED) -> None:
        super().__init__("")
        self.status = exit_code


def exit_status(error: CortexError) -> int:
    """Return the exit status for ``error``."""
    if isinstance(error, AlreadyReported):
        return error.status
    return error.exit_code if isinstance(error, Failure) else FAILED
