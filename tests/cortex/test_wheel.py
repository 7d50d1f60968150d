"""Installed in an environment of its own, the system's Python still finds the modules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cortex_llm.nano.test_wheel import python, wheel
from tests.support.daemon import CHECKOUT, RunningDaemon

__all__ = ["python", "wheel"]

PING = (
    "import sys; from cortex.daemon_client import CortexDaemonClient; "
    "print(CortexDaemonClient(sys.argv[1]).ping(), 'cortexd' in sys.modules)"
)


@pytest.fixture
def modules(python: Path, tmp_path: Path) -> Path:
    """A folder with the package that ``install.sh`` places, for that environment."""
    text = (CHECKOUT / "packaging/cortex_modules.py").read_text()
    (tmp_path / "cortex").mkdir()
    (tmp_path / "cortex/__init__.py").write_text(
        text.replace("/opt/cortex/bin", str(python.parent))
    )
    return tmp_path


def run(modules: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-c", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(modules)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_systems_python_finds_the_client(modules: Path, cortexd: RunningDaemon) -> None:
    done = run(modules, PING, str(cortexd.socket_path))
    assert done.stdout == "True True\n", done.stderr


def test_another_python_is_told_which_to_use(modules: Path, tmp_path: Path) -> None:
    package = modules / "cortex/__init__.py"
    package.write_text(package.read_text().replace('f"python{', 'f"python9{'))
    done = run(modules, "import cortex")
    assert "Cortex is not installed for python9" in done.stderr
    assert "/bin/python3" in done.stderr
