"""Connects to a daemon as other users of this machine, so that the kernel vouches for them.

The credentials that SO_PEERCRED shows are those at the time of ``connect``; they are changed
for that moment only.  Needs root, and a daemon in a folder that everybody may enter.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, Session

MALLORY, ALICE = 60_001, 60_002

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed to them."""
    with tempfile.TemporaryDirectory(prefix="cortex-test-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def connect_as(cortexd: RunningDaemon, uid: int) -> socket.socket:
    """A connection of the user ``uid``."""
    os.seteuid(uid)
    try:
        return cortexd.connect()
    finally:
        os.seteuid(0)


@contextmanager
def session_as(cortexd: RunningDaemon, uid: int) -> Iterator[Session]:
    """A connection of the user ``uid`` that speaks lines."""
    with connect_as(cortexd, uid) as connection, connection.makefile("rb") as lines:
        yield Session(connection, lines)
