from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_llama_server import dying_of, hanging
from tests.support.model_server import CHECKOUT, clean_environment, free_port, model_server

NAMES = ["settings", "model", "engine", "memory", "address", "token", "profile"]


def run(*flags: str, **settings: str) -> subprocess.CompletedProcess[str]:
    settings = {"CORTEX_LLM_PORT": str(free_port()), "CORTEX_LLM_ENGINE": "xllamacpp", **settings}
    return subprocess.run(
        [sys.executable, "-m", "cortex_llm", "check", *flags],
        cwd=CHECKOUT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def checks(result: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert "Traceback" not in result.stderr
    document = json.loads(result.stdout)
    assert document["ok"] is all(check["ok"] for check in document["checks"])
    assert result.returncode == (0 if document["ok"] else 1)
    return {check["name"]: check for check in document["checks"]}


def test_all_is_well(tiny: Path) -> None:
    found = checks(run("--json", CORTEX_LLM_MODEL_PATH=str(tiny)))
    assert list(found) == NAMES
    assert all(check["ok"] for check in found.values())
    assert found["token"]["figures"]["tokens_per_second"] > 0
    assert found["profile"]["facts"]["profile"] == "test-profile"


def test_for_people(tiny: Path) -> None:
    result = run(CORTEX_LLM_MODEL_PATH=str(tiny))
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"ok   {name}" for name in NAMES]
    assert "tokens per second" in lines[-2]
    assert "test-profile" in lines[-1]
    assert "generating one token" in result.stderr


def test_threads_are_measured_when_asked(tiny: Path) -> None:
    found = checks(run("--json", "--tune", CORTEX_LLM_MODEL_PATH=str(tiny)))
    assert "recommended: CORTEX_LLM_THREADS=" in found["threads"]["detail"]
    assert found["threads"]["figures"]["tokens_per_second_1"] > 0


def test_a_bad_model_does_not_keep_the_rest_from_being_asked(tmp_path: Path) -> None:
    found = checks(run("--json", CORTEX_LLM_MODEL_PATH=str(tmp_path)))
    assert "it is a folder" in found["model"]["detail"]
    assert found["model"]["hint"]
    assert found["engine"]["ok"]
    assert found["address"]["ok"]
    assert "token" not in found


def test_an_engine_that_dies_is_told_with_its_signal(tmp_path: Path, tiny: Path) -> None:
    result = run(
        CORTEX_LLM_MODEL_PATH=str(tiny),
        CORTEX_LLM_ENGINE="llama-server",
        CORTEX_LLM_SERVER=str(dying_of(tmp_path / "server", "SIGSEGV")),
    )
    assert result.returncode == 1
    assert "FAIL token: the engine llama-server was killed by SIGSEGV" in result.stdout
    assert "hint: use another engine (CORTEX_LLM_ENGINE=xllamacpp in" in result.stdout


def test_a_model_above_the_memory_fails(tiny: Path) -> None:
    result = run("--json", CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_CACHE_RAM_MB=str(1 << 20))
    memory = checks(result)["memory"]
    assert not memory["ok"]
    assert memory["figures"]["needed_bytes"] > memory["figures"]["limit_bytes"]
    assert "the limit is" in memory["detail"]


def test_a_taken_port_is_told_with_who_has_it(tiny: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = checks(run("--json", CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_PORT=port))
    assert (
        f"is in use by {Path(f'/proc/{os.getpid()}/comm').read_text().strip()}"
        in (found["address"]["detail"])
    )
    assert found["token"]["ok"]


def test_a_server_that_runs_already_is_left_alone(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny) as server:
        result = run("--json", CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_PORT=str(server.port))
        assert "already serves the model cortex-test" in checks(result)["address"]["detail"]
        assert server.request("/health")[0] == 200


def test_a_socket_without_a_folder(tmp_path: Path, tiny: Path) -> None:
    host = str(tmp_path / "none/llm.sock")
    found = checks(run("--json", CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_HOST=host))
    assert "does not exist" in found["address"]["detail"]


@pytest.mark.parametrize("flag", ["--timeout=0", "--timeout=x", "--timeout=1e9", "--nonsense"])
def test_usage(flag: str) -> None:
    assert run(flag).returncode == 2


def test_bad_settings_are_usage() -> None:
    result = run(CORTEX_LLM_THREADS="many")
    assert result.returncode == 2
    assert "CORTEX_LLM_THREADS is 'many'" in result.stderr


def test_sigterm_cleans_up(tmp_path: Path, tiny: Path) -> None:
    check = subprocess.Popen(
        [sys.executable, "-m", "cortex_llm", "check"],
        cwd=CHECKOUT,
        env=clean_environment(
            CORTEX_LLM_SERVER=str(hanging(tmp_path / "server")),
            CORTEX_LLM_MODEL_PATH=str(tiny),
            TMPDIR=str(tmp_path),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("cortex-llm-*/log")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    check.terminate()
    assert check.wait(20) == 128 + signal.SIGTERM
    assert list(tmp_path.glob("cortex-llm-*")) == []
