from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from cortex_llm import engines, models
from cortex_llm.config import Settings
from cortex_llm.endpoint import UnixEndpoint
from cortex_llm.engines import Engine
from cortex_llm.errors import EngineError
from cortex_llm.machine import Machine
from cortex_llm.sizing import Sizing, plan
from tests.cortex_llm.conftest import NATIVE
from tests.support.fake_llama_server import hanging, write_server

HAVE_LLAMA_CPP = importlib.util.find_spec("llama_cpp") is not None


@pytest.fixture
def sized(tiny: Path) -> Sizing:
    return plan(Settings(), models.describe(tiny), Machine(1 << 32, "RAM", 1 << 32, 2))


@pytest.fixture
def no_native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(engines, "SYSTEM_SERVERS", ())


@pytest.mark.usefixtures("no_native")
def test_auto_takes_the_first_there_is_and_says_why_not_the_others() -> None:
    engine, skipped = engines.choose(Settings())
    assert engine.name == "xllamacpp"
    assert skipped == [
        "llama-server: no such program in PATH, /usr/local/bin or ~/.cache/cortex/llama-server"
    ]


def test_a_native_server_comes_first(tmp_path: Path) -> None:
    server = hanging(tmp_path / "llama-server")
    engine, skipped = engines.choose(Settings(server=server))
    assert (engine.name, engine.command, skipped) == ("llama-server", (str(server),), [])


def test_a_native_server_in_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = hanging(tmp_path / "llama-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines.choose(Settings())[0].command == (str(server),)


def test_a_native_server_built_by_the_script_is_found(tmp_path: Path, no_native: None) -> None:
    folder = tmp_path / ".cache/cortex/llama-server/1.0"
    folder.mkdir(parents=True)
    server = hanging(folder / "llama-server")
    assert engines.choose(Settings())[0].command == (str(server),)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("#!/bin/sh\necho 'lib.so: cannot open shared object file' >&2\nexit 127\n", "cannot open"),
        ("#!/bin/sh\necho some other program\n", "does not run"),
        ("not a program", "does not run"),
    ],
)
def test_a_native_server_that_does_not_run_is_passed_over(
    tmp_path: Path, body: str, words: str
) -> None:
    server = tmp_path / "llama-server"
    server.write_text(body)
    server.chmod(0o755)
    engine, skipped = engines.choose(Settings(server=server))
    assert engine.name == "xllamacpp"
    assert words in skipped[0]


def test_a_named_engine_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="which is not a program") as caught:
        engines.choose(Settings(engine="llama-server", server=tmp_path / "none"))
    assert "pip install 'cortex-linux[llm]'" in (caught.value.hint or "")


@pytest.mark.skipif(HAVE_LLAMA_CPP, reason="llama-cpp-python is installed")
def test_a_missing_package_is_named() -> None:
    with pytest.raises(EngineError, match="the Python package llama_cpp is not installed"):
        engines.choose(Settings(engine="llama-cpp-python"))


def test_what_every_engine_is_told(tiny: Path, sized: Sizing) -> None:
    model = models.describe(tiny)
    launch = engines.launch(Engine("x", ("server",)), Settings(), model, sized, environ={})
    assert launch.argv[:5] == ("server", "--model", str(tiny), "--alias", "cortex-test")
    text = " ".join(launch.argv)
    assert "--host 127.0.0.1 --port 8085 --ctx-size 8192 --parallel 4 --threads 1" in text
    assert "--tags cortex.profile=test-profile,cortex.engine=x" in text
    assert "--cache-ram 128" in text
    assert "--poll 0" in text
    assert "--threads-batch 2" in text
    assert launch.env == {"OMP_WAIT_POLICY": "PASSIVE"}


def test_flags_that_an_engine_does_not_know_are_left_out(tiny: Path, sized: Sizing) -> None:
    engine = Engine("old", ("server",), frozenset({"--poll"}))
    argv = engines.launch(engine, Settings(), models.describe(tiny), sized, environ={}).argv
    assert "--poll" in argv
    assert not {"--tags", "--cache-ram", "--offline"} & set(argv)


def test_settings_and_passed_flags_win(tiny: Path, sized: Sizing) -> None:
    settings = Settings(
        endpoint=UnixEndpoint(Path("/run/llm.sock")),
        alias="house",
        api_key="s3cret",
        extra_env={"OMP_WAIT_POLICY": "ACTIVE", "LANG": "C"},
    )
    environ = {"LANG": "de_DE", "LLAMA_API_KEY": "stray"}
    launch = engines.launch(
        Engine("x", ("server",)),
        settings,
        models.describe(tiny),
        sized,
        extra=("--threads", "7"),
        environ=environ,
    )
    assert launch.argv[-2:] == ("--threads", "7")
    assert "--host /run/llm.sock" in " ".join(launch.argv)
    assert "--alias house" in " ".join(launch.argv)
    assert not any("s3cret" in word for word in launch.argv)
    expected = {"OMP_WAIT_POLICY": "ACTIVE", "LANG": "de_DE", "LLAMA_API_KEY": "s3cret"}
    assert launch.env == expected


def test_a_stray_key_does_not_reach_the_server(tiny: Path, sized: Sizing) -> None:
    launch = engines.launch(
        Engine("x", ("server",)),
        Settings(),
        models.describe(tiny),
        sized,
        environ={"LLAMA_API_KEY": "stray"},
    )
    assert "LLAMA_API_KEY" not in launch.env


@pytest.mark.native
def test_the_real_native_server_knows_every_flag_of_ours(tiny: Path, sized: Sizing) -> None:
    found = engines.find("llama-server", Settings(server=NATIVE))
    assert isinstance(found, Engine)
    everything = engines.launch(Engine("x", ()), Settings(), models.describe(tiny), sized).argv
    flags = {word for word in everything if word.startswith("--")}
    assert flags <= (found.flags or frozenset())


def test_the_probe_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PROBE_TIMEOUT", 0.2)
    server = tmp_path / "llama-server"
    server.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(30)\n")
    server.chmod(0o755)
    assert "timed out" in str(engines.find("llama-server", Settings(server=server)))


def test_the_fake_passes_for_a_server(tmp_path: Path) -> None:
    assert isinstance(
        engines.find("llama-server", Settings(server=write_server(tmp_path / "s", ""))), Engine
    )


def test_a_template_and_a_reasoning_format_are_passed_on(
    tmp_path: Path, tiny: Path, sized: Sizing
) -> None:
    settings = Settings(chat_template_file=tmp_path / "t.jinja", reasoning_format="deepseek")
    engine, model = Engine(engines.XLLAMACPP, ("server",)), models.describe(tiny)
    text = " ".join(engines.launch(engine, settings, model, sized, environ={}).argv)
    assert f"--chat-template-file {tmp_path}/t.jinja" in text
    assert "--reasoning-format deepseek" in text


@pytest.mark.parametrize(
    "settings",
    [Settings(chat_template_file=Path("/t.jinja")), Settings(reasoning_format="none")],
)
def test_an_engine_that_has_nothing_for_them_says_so(
    tiny: Path, sized: Sizing, settings: Settings
) -> None:
    engine, model = Engine(engines.LLAMA_CPP_PYTHON, ("server",)), models.describe(tiny)
    with pytest.raises(EngineError, match="does not support CORTEX_LLM_"):
        engines.launch(engine, settings, model, sized, environ={})
