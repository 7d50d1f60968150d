"""Wheels of this checkout and of what its lock lists, for an installation without a network.

They are made with the system's own Python, which the installation will use, and kept in
~/.cache/cortex, by the requirements.  The project's own wheel is made anew in each test process,
in a folder of its own: several run at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"
TIMEOUT = 900.0
STORE = Path("~/.cache/cortex/wheels").expanduser()
OWN = "cortex_linux-"
LOCKED = CHECKOUT / "scripts/pip-locked"


def wheelhouse() -> Path:
    """The folder of wheels for this process; raises RuntimeError when it cannot be made."""
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        maker, wheels = _collect_requirements()
        own = STORE / f"run-{os.getpid()}"
        for left in (own, *_abandoned()):
            shutil.rmtree(left, ignore_errors=True)
        own.mkdir()
        for wheel in wheels:
            (own / wheel.name).hardlink_to(wheel)
    pip = [str(maker / "bin/python"), "-m", "pip", "wheel", "--quiet", "--isolated"]
    options = ["--no-deps", "--no-index", "--no-build-isolation"]
    _run([*pip, *options, "--wheel-dir", str(own), str(CHECKOUT)])
    return own


def _abandoned() -> list[Path]:
    """The folders of test processes that have ended."""
    return [
        folder
        for folder in STORE.glob("run-*")
        if not Path("/proc", folder.name.removeprefix("run-")).exists()
    ]


def _collect_requirements() -> tuple[Path, list[Path]]:
    """The environment that makes wheels, and those of everything that is needed."""
    locks = CHECKOUT / "requirements"
    requirements = (locks / "llm.txt").read_bytes() + (locks / "build.txt").read_bytes()
    version = _run([PYTHON, "--version"])
    mark = hashlib.sha256(requirements + version.encode()).hexdigest()[:16]
    folder = STORE / mark
    maker = folder / "maker"
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run([PYTHON, "-m", "venv", str(maker)])
        _run([str(LOCKED), str(maker / "bin/python"), "install", "build"])
        _run([str(LOCKED), str(maker / "bin/python"), "download", "llm", str(folder)])
        done.touch()
    wheels = [wheel for wheel in folder.glob("*.whl") if not wheel.name.startswith(OWN)]
    return maker, wheels


def _run(argv: list[str]) -> str:
    result = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {result.stderr[-2000:]}")
    return result.stdout
