"""Wheels of this checkout and of all it needs, for an installation without a network.

They are made with the system's own Python, which the installation will use, and kept in
~/.cache/cortex, by the requirements; the project's own wheel is made anew each time.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"
TIMEOUT = 900.0


def wheelhouse() -> Path:
    """The folder of wheels; raises RuntimeError when it cannot be made."""
    requirements = (CHECKOUT / "pyproject.toml").read_bytes()
    version = _run([PYTHON, "--version"])
    mark = hashlib.sha256(requirements + version.encode()).hexdigest()[:16]
    folder = Path("~/.cache/cortex/wheels").expanduser() / mark
    maker = folder / "maker"
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run([PYTHON, "-m", "venv", str(maker)])
        _wheel(maker, f"{CHECKOUT}[llm]", folder)
        done.touch()
    for old in folder.glob("cortex_linux-*.whl"):
        old.unlink()
    _wheel(maker, str(CHECKOUT), folder, "--no-deps")
    return folder


def _wheel(maker: Path, what: str, folder: Path, *options: str) -> None:
    pip = [str(maker / "bin/python"), "-m", "pip", "wheel", "--quiet", *options]
    _run([*pip, "--disable-pip-version-check", "--wheel-dir", str(folder), what])


def _run(argv: list[str]) -> str:
    result = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {result.stderr[-2000:]}")
    return result.stdout
