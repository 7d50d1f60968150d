"""The kernel wakes us when tasks begin to wait for memory (PSI trigger, poll(2)).

Without the trigger (before Linux 6.5 only root has it) the ordinary interval has to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# 150 ms of waiting within 2 s; unprivileged triggers need a multiple of 2 s.
TRIGGER = b"some 150000 2000000\0"


class PressureTrigger:
    """Calls back, at most once in two seconds, while memory is short."""

    def __init__(
        self, callback: Callable[[], None], path: Path = Path("/proc/pressure/memory")
    ) -> None:
        self._callback = callback
        self._path = path
        self._file: int | None = None
        self._poll: select.epoll | None = None

    def open(self) -> bool:
        """Begin to listen; whether the kernel offers it."""
        if self._poll is not None:
            return True
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            os.write(self._file, TRIGGER)
            # An event loop knows reading and writing; a trigger is neither, an epoll of it is.
            self._poll = select.epoll()
            self._poll.register(self._file, select.EPOLLPRI)
        except OSError:
            self.close()
            return False
        asyncio.get_running_loop().add_reader(self._poll.fileno(), self._fired)
        return True

    def close(self) -> None:
        """Listen no more."""
        if self._poll is not None:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._poll.fileno())
            self._poll.close()
            self._poll = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _fired(self) -> None:
        """The kernel tells each event once, and has told it to the loop's own poll already."""
        if self._poll is not None:
            self._poll.poll(0)  # so that it is not ready again
            self._callback()
