"""What a child of this program does before it becomes another one: it will not outlive us."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # of prctl(2)


def die_with(parent: int) -> None:
    """For preexec_fn: SIGKILL when the process `parent` is gone, however it went; execve keeps it.

    Signals that the parent has blocked reach the child again.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
