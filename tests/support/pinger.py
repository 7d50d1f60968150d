"""Pings the daemon on a connection each until it is asked to end; writes how that goes.

A program of its own that needs nothing but Python: ``python3 pinger.py RESULT``.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

SOCKET = "/run/cortex/cortex.sock"
PAUSE_S = 0.05


def main(result: Path) -> None:
    """Until SIGTERM; the longest gap is between two answers that came."""
    ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    answered, longest, last = 0, 0.0, time.monotonic()
    while not ended:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(SOCKET)
            connection.sendall(b'{"command":"ping"}\n')
            assert b'"pong":true' in connection.recv(4096)
        now = time.monotonic()
        answered, longest, last = answered + 1, max(longest, now - last), now
        result.write_text(json.dumps({"answered": answered, "longest_gap_s": round(longest, 3)}))
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
