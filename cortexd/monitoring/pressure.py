"""The kernel wakes the monitor when tasks start to wait for memory (PSI trigger, poll(2)).

Without the trigger (before Linux 6.5 only root may set one) the ordinary interval must do.
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
    """Calls back while memory is short, at most once in two seconds."""

    def __init__(
        self, callback: Callable[[], None], path: Path = Path("/proc/pressure/memory")
    ) -> None:
        self._callback = callback
        self._path = path
        self._file: int | None = None
        self._poll: select.epoll | None = None

    def open(self) -> bool:
        """Start listening; False if the kernel does not allow it."""
        if self._poll is not None:
            return True
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            os.write(self._file, TRIGGER)
            # An event loop waits for reading and writing.  A trigger is neither; an epoll of it is.
            self._poll = select.epoll()
            self._poll.register(self._file, select.EPOLLPRI)
        except OSError:
            self.close()
            return False
        asyncio.get_running_loop().add_reader(self._poll.fileno(), self._handle_pressure)
        return True

    def close(self) -> None:
        """Stop listening."""
        if self._poll is not None:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._poll.fileno())
            self._poll.close()
            self._poll = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _handle_pressure(self) -> None:
        """Consume the event: the kernel reports each one only once."""
        if self._poll is not None:
            self._poll.poll(0)  # so that it is not ready again
            self._callback()
