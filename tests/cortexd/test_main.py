"""The command line of ``__main__``."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemon import run_cortexd


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
