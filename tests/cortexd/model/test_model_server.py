"""Through the daemon to a real model server: a tiny model, the engine that is always there."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.model_server import ModelServer, model_server

SETTINGS = {"CORTEX_LLM_PARALLEL": "4", "CORTEX_LLM_CTX_SIZE": "2048"}


@pytest.fixture(scope="module", params=["unix", "tcp"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelServer]:
    folder = tmp_path_factory.mktemp("llm")
    unix = request.param == "unix"
    with model_server(folder, unix=unix, api_key="sesame", env=SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def cortexd(
    server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningDaemon]:
    url = f"unix:{server.socket_path}" if server.socket_path else server.url
    with daemon(
        tmp_path_factory.mktemp("d"), {"llm": {"url": url, "api_key": "sesame"}}
    ) as running:
        yield running


def streamed(cortexd: RunningDaemon, **params: Any) -> tuple[list[str], dict[str, Any]]:
    with cortexd.session() as session:
        session.send({"command": "inference", "params": {**params, "stream": True}})
        tokens = []
        while "event" in (line := session.line()):
            tokens.append(line["data"]["text"])
        return tokens, line


def test_an_answer(cortexd: RunningDaemon) -> None:
    reply = cortexd.call("inference", prompt="Hello", max_tokens=12, seed=1, temperature=0)
    assert reply["tokens_used"] == 12
    assert reply["finish_reason"] == "length"
    assert len(reply["output"]) >= 12
    assert reply["prompt_tokens"] > 0
    status = cortexd.call("llm.status")
    assert status["state"] == "ready"
    assert status["slots"] >= 1
    assert status["context_length"] > 0


def test_a_stream_is_the_same_answer_in_pieces(cortexd: RunningDaemon) -> None:
    params = {"prompt": "Hello", "max_tokens": 20, "seed": 1, "temperature": 0}
    tokens, reply = streamed(cortexd, **params)
    assert "".join(tokens) == reply["data"]["output"]
    assert len(tokens) > 5
    assert cortexd.call("inference", **params)["output"] == reply["data"]["output"]


def test_a_batch(cortexd: RunningDaemon) -> None:
    outputs = cortexd.call("inference.batch", prompts=["a", "b", "c"], max_tokens=4)["outputs"]
    assert [output["reply"]["tokens_used"] for output in outputs] == [4, 4, 4]


def test_a_schema_is_followed(cortexd: RunningDaemon) -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"],
              "additionalProperties": False}  # fmt: skip
    reply = cortexd.call("inference", prompt="x", json_schema=schema, max_tokens=100)
    assert isinstance(json.loads(reply["output"])["ok"], bool)
    error = cortexd.refused("inference", prompt="x", json_schema={"type": "invalid response"})
    assert error["code"] == "INVALID_PARAMS"


def test_the_context_is_exceeded(cortexd: RunningDaemon) -> None:
    error = cortexd.refused("inference", prompt="word " * 8000)
    assert error["code"] == "CONTEXT_EXCEEDED"
    details = error["details"]
    assert details["prompt_tokens"] > details["context_length"] > 0
    assert str(details["prompt_tokens"]) in error["message"]
    assert str(details["context_length"]) in error["message"]


def test_eight_streams_at_once(cortexd: RunningDaemon) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda n: streamed(cortexd, prompt=f"q{n}", max_tokens=24), range(8))
        )
    for tokens, reply in answers:
        assert reply["data"]["tokens_used"] == 24
        assert "".join(tokens) == reply["data"]["output"]


def test_a_client_that_leaves_frees_its_slot(cortexd: RunningDaemon) -> None:
    for _ in range(6):  # more than there are slots
        with cortexd.session() as session:
            session.send(
                {"command": "inference", "prompt": "x", "max_tokens": 1500, "stream": True}
            )
            session.line()
    assert cortexd.call("inference", prompt="x", max_tokens=2)["tokens_used"] == 2


def test_a_wrong_key(server: ModelServer, tmp_path: Path) -> None:
    url = f"unix:{server.socket_path}" if server.socket_path else server.url
    with daemon(tmp_path, {"llm": {"url": url, "api_key": "wrong"}}) as cortexd:
        assert "rejected the API key" in cortexd.refused("inference", prompt="x")["message"]


def test_killed_in_mid_stream(tmp_path: Path) -> None:
    folder = tmp_path / "llm"
    folder.mkdir()
    with model_server(folder, unix=True, env=SETTINGS) as server:
        url = f"unix:{server.socket_path}"
        with daemon(tmp_path, {"llm": {"url": url}}) as cortexd, cortexd.session() as session:
            session.send(
                {"command": "inference", "prompt": "x", "max_tokens": 1500, "stream": True}
            )
            for _ in range(5):
                assert session.line()["event"] == "token"
            server.process.send_signal(signal.SIGKILL)
            error = session.reply()["error"]
            assert error["code"] == "LLM_UNAVAILABLE"
            assert "disconnected after" in error["message"]
            assert error["details"]["tokens"] >= 5
            eventually(lambda: cortexd.call("llm.status")["state"] == "absent", "it is missed")
            server.process.wait()


def test_stopped_and_continued(tmp_path: Path) -> None:
    """A server that hangs for real: the request's own time limit ends the wait."""
    folder = tmp_path / "llm"
    folder.mkdir()
    with model_server(folder, unix=True, env=SETTINGS) as server:
        settings = {"llm": {"url": f"unix:{server.socket_path}"}}
        with daemon(tmp_path, settings) as cortexd:
            cortexd.call("inference", prompt="x", max_tokens=2)
            server.process.send_signal(signal.SIGSTOP)
            error = cortexd.refused("inference", prompt="x", timeout_s=0.5)
            assert error["code"] == "TIMEOUT"
            server.process.send_signal(signal.SIGCONT)
            eventually(
                lambda: (
                    cortexd.request({"command": "inference", "prompt": "x", "max_tokens": 2})[
                        "status"
                    ]
                    == "ok"
                ),
                "it answers again",
            )


def test_the_documented_line_with_the_real_server(cortexd: RunningDaemon) -> None:
    line = """echo '{"command":"inference","params":{"prompt":"Hello","max_tokens":8}}' """
    line += f"| socat - UNIX-CONNECT:{cortexd.socket_path} | jq -r .status"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "ok\n"
