"""A download as a person sees it; the interrupted one is in test_wizard.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm.download_view import PlannedDownload, ProgressLine
from cortex_llm.errors import DownloadError, EngineError
from cortex_llm.prompter import Answers, Prompter
from tests.support.model_host import model_host

NOBODY = Prompter(Answers(), interactive=False)


def test_progress_says_how_far(capsys: pytest.CaptureFixture[str]) -> None:
    meter = ProgressLine()
    meter(1 << 20, 2 << 20)
    meter(2 << 20, 2 << 20)
    assert "100 %  2.0 MiB of 2.0 MiB" in capsys.readouterr().err


def test_a_checksum_that_nobody_told_is_said(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with model_host(tiny.read_bytes()) as host:
        with PlannedDownload(host.url, tmp_path / "new/m.gguf", None, 0.1, NOBODY).carry_out():
            assert (tmp_path / "new/m.gguf").exists()
    assert "no checksum published" in capsys.readouterr().err


def test_a_failure_leaves_no_empty_folder(tiny: Path, tmp_path: Path) -> None:
    with model_host(tiny.read_bytes()) as host:
        host.corrupt = True
        wanted = PlannedDownload(host.url, tmp_path / "a/b/m.gguf", host.sha256, 0.1, NOBODY)
        with pytest.raises(DownloadError), wanted.carry_out():
            raise AssertionError("it has failed")
    assert not (tmp_path / "a").exists()


def test_what_is_interrupted_afterwards_takes_the_download_away(tiny: Path, tmp_path: Path) -> None:
    with model_host(tiny.read_bytes()) as host:
        wanted = PlannedDownload(host.url, tmp_path / "a/m.gguf", host.sha256, 0.1, NOBODY)
        with pytest.raises(KeyboardInterrupt), wanted.carry_out():
            raise KeyboardInterrupt
        assert not (tmp_path / "a").exists()
        with pytest.raises(EngineError), wanted.carry_out():
            raise EngineError("the service does not start")
        assert (tmp_path / "a/m.gguf").exists()
