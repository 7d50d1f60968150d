"""What goes to standard error, and in which form; for the journal see test_journal."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemon import daemon, eventually


def test_elsewhere_each_line_has_its_time_and_level(tmp_path: Path) -> None:
    with daemon(tmp_path, env={"JOURNAL_STREAM": "1:1"}) as cortexd:  # not this standard error
        said = eventually(cortexd.log_text, "it says that it is ready")
        assert " INFO ready on " in said.splitlines()[0]


def test_the_level_is_obeyed(tmp_path: Path) -> None:
    with daemon(tmp_path, {"log": {"level": "error"}}) as cortexd:
        cortexd.call("ping")
        assert cortexd.log_text() == ""
