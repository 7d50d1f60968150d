"""Writes programs that pass for a native llama-server and then fail as real ones do.

A crash in the kernels of an engine cannot be had on demand; these do what the crashed
process does. Everything about working engines is tested on the engines themselves.
"""

from __future__ import annotations

import sys
from pathlib import Path

HELP = "--model --host --port --ctx-size --threads --parallel --alias --tags --cache-ram --poll"


def write_server(path: Path, body: str) -> Path:
    """A Python program: ``--help`` as llama-server's, otherwise `body` with argv in `flags`."""
    path.write_text(
        f"#!{sys.executable}\n"
        "import os, signal, sys, time\n"
        "flags = sys.argv[1:]\n"
        f"if '--help' in flags:\n    print({HELP!r})\n    sys.exit(0)\n"
        f"{body}\n"
    )
    path.chmod(0o755)
    return path


def dying_of(path: Path, signal_name: str) -> Path:
    """A server that is ended by this signal as soon as it starts."""
    return write_server(path, f"os.kill(os.getpid(), signal.{signal_name})\ntime.sleep(60)")


def hanging(path: Path) -> Path:
    """A server that starts, says nothing and never listens."""
    return write_server(path, "time.sleep(60)")
