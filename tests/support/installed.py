"""Cortex as install.sh lays it out, in a folder: to be laid over a machine's root.

Made with DESTDIR, as for a package: units, rules, programs; nothing is started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.machine import CHECKOUT

TIMEOUT = 300.0


def installed(folder: Path, wheels: Path) -> Path:
    """Fill ``folder`` anew and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(
        [str(CHECKOUT / "scripts/install.sh"), "--wheels", str(wheels)],
        env={**os.environ, "DESTDIR": str(folder)},
        capture_output=True,
        check=True,
        timeout=TIMEOUT,
    )
    # pip writes where it is now into the first line of each program.
    for program in folder.glob("opt/cortex/env-*/bin/*"):
        if program.is_file() and not program.is_symlink():
            text = program.read_bytes()
            program.write_bytes(text.replace(f"#!{folder}/".encode(), b"#!/", 1))
    return folder
