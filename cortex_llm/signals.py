"""Work that is taken back when it is interrupted, and the taking back that is not."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Ctrl-C, a polite kill, and a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_TERMINATED = 128 + signal.SIGTERM


@contextmanager
def interrupt_once() -> Iterator[None]:
    """In the block the first of SIGNALS raises KeyboardInterrupt, and further ones do nothing.

    Those that were ignored before (nohup) still are.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def interrupt(*_: object) -> None:
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in heeded:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


@contextmanager
def unwind_on_stop() -> Iterator[None]:
    """In the block SIGTERM raises SystemExit, so that what was started is ended and cleared."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
