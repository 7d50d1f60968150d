"""The command line of ``__main__``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.daemon import run_cortexd

CHECKOUT = Path(__file__).resolve().parents[2]


def test_check_says_which_files_were_read(tmp_path: Path) -> None:
    none = run_cortexd(tmp_path, "--check")
    assert none.stdout == "configuration is valid; files read: none (built-in defaults)\n"
    file = tmp_path / "own.yaml"
    file.write_text("log:\n  level: debug\n")
    done = run_cortexd(tmp_path, "--check", "--config", str(file))
    assert done.stdout == f"configuration is valid; files read: {file}\n"


def test_errors_are_two_lines_and_status_two(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("log:\n  levle: debug\n")
    done = run_cortexd(tmp_path, "--config", str(file))
    assert done.returncode == 2
    assert done.stderr == (
        f"cortexd: {file}, line 2: log.levle is unknown\nhint: did you mean level?\n"
    )


@pytest.mark.parametrize(
    ("redirection", "status"), [(">&-", 0), ("<&- 2>&-", 0), (">/dev/full", 1)]
)
def test_streams_that_cannot_be_used(tmp_path: Path, redirection: str, status: int) -> None:
    script = f'exec "$0" -m cortexd --check {redirection}'
    environ = {"HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        ["sh", "-c", script, sys.executable], env=environ, capture_output=True, check=False
    )
    assert done.returncode == status
    assert b"Traceback" not in done.stderr
