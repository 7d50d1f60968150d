from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from cortex_llm import engines, models, trial
from cortex_llm.config import Settings
from cortex_llm.engines import Engine
from cortex_llm.errors import EngineError
from cortex_llm.machine import Machine
from cortex_llm.sizing import Sizing, plan
from tests.support.fake_llama_server import dying_of, hanging, write_server
from tests.support.model_server import CHECKOUT, clean_environment


@pytest.fixture(autouse=True)
def nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> object:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def sized(tiny: Path) -> Sizing:
    return plan(Settings(), models.describe(tiny), Machine(1 << 32, "RAM", 1 << 32, 1), 1)


def attempt(server: Path, model: Path, sized: Sizing, timeout: float = 20.0) -> str:
    settings = Settings(server=server)
    engine = engines.find("llama-server", settings)
    assert isinstance(engine, Engine)
    with pytest.raises(EngineError) as caught:
        trial.run_trial(engine, settings, models.describe(model), sized, timeout)
    return f"{caught.value}; {caught.value.hint}"


def test_each_engine_survives_a_token(
    engine: str, engine_env: dict[str, str], tiny: Path, sized: Sizing
) -> None:
    named = engine_env.get("CORTEX_LLM_SERVER")
    settings = Settings(engine=engine, server=Path(named) if named else None, api_key="s3cret")
    found, _ = engines.choose(settings)
    seen = trial.run_trial(found, settings, models.describe(tiny), sized, 30.0)
    assert seen.engine == engine
    assert 0 < seen.load_ms < 30_000
    assert seen.tokens_per_second > 10


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGSEGV", "killed by SIGSEGV: it is not compatible with this processor"),
        ("SIGILL", "killed by SIGILL: it was built for another processor"),
        ("SIGKILL", "killed by SIGKILL: it was killed, probably out of memory"),
    ],
)
def test_a_death_by_signal_is_named_with_its_remedy(
    tmp_path: Path, tiny: Path, sized: Sizing, name: str, words: str
) -> None:
    said = attempt(dying_of(tmp_path / "server", name), tiny, sized)
    assert words in said
    assert "CORTEX_LLM_ENGINE=xllamacpp" in said


def test_a_server_that_gives_up_is_quoted(tmp_path: Path, tiny: Path, sized: Sizing) -> None:
    body = "print('error: no such device', file=sys.stderr)\nprint('bye')\nsys.exit(3)"
    said = attempt(write_server(tmp_path / "server", body), tiny, sized)
    assert "ended with exit status 3: error: no such device" in said


def test_the_cause_is_quoted_and_not_what_follows_from_it(tiny: Path, sized: Sizing) -> None:
    """Heads of 16 numbers, and a cache in blocks of 32."""
    settings = Settings(engine="xllamacpp", kv_cache_type="q8_0")
    engine = engines.find("xllamacpp", settings)
    assert isinstance(engine, engines.Engine)
    with pytest.raises(EngineError, match="block size 32 does not divide"):
        trial.run_trial(engine, settings, models.describe_usable(tiny), sized, 20.0)


def test_a_server_that_hangs_is_ended(tmp_path: Path, tiny: Path, sized: Sizing) -> None:
    said = attempt(hanging(tmp_path / "server"), tiny, sized, timeout=0.5)
    assert "does not respond" in said
    assert "nothing listens there" in said


def test_a_server_that_ignores_sigterm_is_killed(
    tmp_path: Path, tiny: Path, sized: Sizing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "STOP_TIMEOUT", 0.2)
    body = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    assert "does not respond" in attempt(write_server(tmp_path / "s", body), tiny, sized, 0.5)


def test_a_long_temporary_folder_still_has_room_for_a_socket(
    tmp_path: Path, tiny: Path, sized: Sizing, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    settings = Settings(engine="xllamacpp")
    found, _ = engines.choose(settings)
    assert trial.run_trial(found, settings, models.describe(tiny), sized, 30.0).load_ms > 0
    monkeypatch.undo()


def command_line(process: psutil.Process) -> list[str]:
    """Empty for one that has just ended."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def test_the_child_dies_with_us(tmp_path: Path, tiny: Path) -> None:
    """Even SIGKILL of `check` leaves no server behind."""
    server = hanging(tmp_path / "server")
    check = subprocess.Popen(
        [sys.executable, "-m", "cortex_llm", "check"],
        cwd=CHECKOUT,
        env=clean_environment(
            CORTEX_LLM_SERVER=str(server),
            CORTEX_LLM_MODEL_PATH=str(tiny),
            TMPDIR=str(tmp_path),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    children: list[psutil.Process] = []
    while not any("--model" in command_line(child) for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.02)
        children = psutil.Process(check.pid).children()
    os.kill(check.pid, signal.SIGKILL)
    check.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
