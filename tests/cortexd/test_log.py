"""What goes to the journal, and in which form."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemon import daemon, eventually


def test_under_systemd_each_line_has_its_priority(tmp_path: Path) -> None:
    with daemon(tmp_path, env={"JOURNAL_STREAM": "1:1"}) as cortexd:
        said = eventually(cortexd.log_text, "it says that it is ready")
        assert said.startswith("<6>ready on ")


def test_the_level_is_obeyed(tmp_path: Path) -> None:
    with daemon(tmp_path, {"log": {"level": "error"}}) as cortexd:
        cortexd.call("ping")
        assert cortexd.log_text() == ""
