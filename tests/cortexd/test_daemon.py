"""The process as a whole: how it starts and ends."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.daemon import daemon, eventually, run_cortexd
from tests.support.fake_llm import FakeLlm, endless


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with daemon(tmp_path) as cortexd:
        cortexd.signal(number)
        assert cortexd.wait() == 0


def test_it_starts_again_and_again_on_the_same_path(tmp_path: Path) -> None:
    for _ in range(3):
        with daemon(tmp_path) as cortexd:
            assert cortexd.call("ping") == {"pong": True}


def test_it_ends_within_its_drain_time_whatever_the_model_does(
    tmp_path: Path, llm: FakeLlm
) -> None:
    llm.chat = endless
    settings = {"llm": {"url": llm.url}, "limits": {"drain_sec": 0}}
    with daemon(tmp_path, settings) as cortexd, cortexd.connect() as connection:
        connection.sendall(b'{"command":"inference","prompt":"x"}\n' * 10)
        eventually(lambda: llm.seen, "the model was asked")
        assert cortexd.stop() == 0


def test_hang_ups_during_the_end_are_harmless(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        for _ in range(20):
            cortexd.signal(signal.SIGHUP)
        cortexd.signal(signal.SIGTERM)
        assert cortexd.wait() == 0


def test_usage(tmp_path: Path) -> None:
    assert run_cortexd(tmp_path, "--nonsense").returncode == 2
    assert run_cortexd(tmp_path, "--version").stdout.startswith("cortexd ")
    missing = run_cortexd(tmp_path, "--config", str(tmp_path / "none"))
    assert missing.returncode == 2
    assert missing.stderr == f"cortexd: the configuration file {tmp_path}/none does not exist\n"
