"""The real servers, as clients meet them; most of it on each engine there is."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openai
import psutil
import pytest

from cortex_llm import serve
from cortex_llm.config import Settings
from cortex_llm.endpoint import TcpEndpoint, UnixEndpoint
from cortex_llm.errors import ModelError, UsageError
from tests.support.model_server import (
    CHECKOUT,
    ModelServer,
    clean_environment,
    free_port,
    model_server,
)
from tests.support.tiny_gguf import write_model

# what the openai package is built on: httpx2 from its version 3, httpx before
httpx = importlib.import_module("httpx2" if importlib.util.find_spec("httpx2") else "httpx")

SCHEMA = {
    "type": "object",
    "properties": {"agree": {"type": "boolean"}, "kind": {"enum": ["a", "b"]}},
    "required": ["agree", "kind"],
}
HELLO = [{"role": "user", "content": "Hello"}]
MEGABYTE = 1 << 20


@pytest.fixture
def server(
    tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]
) -> Iterator[ModelServer]:
    with model_server(tmp_path, model=tiny, engine=engine, env=engine_env) as running:
        yield running


@contextlib.contextmanager
def client_of(server: ModelServer, api_key: str = "none") -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=api_key, max_retries=0) as client:
        yield client


def test_the_openai_client(server: ModelServer) -> None:
    with client_of(server) as client:
        assert [model.id for model in client.models.list()] == ["cortex-test"]
        reply = client.chat.completions.create(model="x", messages=HELLO, max_tokens=12)
        assert reply.choices[0].finish_reason == "length"
        assert reply.usage is not None
        assert reply.usage.completion_tokens == 12
        assert (reply.choices[0].message.content or "").isprintable()

        stream = client.chat.completions.create(
            model="x", messages=HELLO, max_tokens=12, stream=True
        )
        pieces = [piece for piece in stream if piece.choices]
        assert len([piece for piece in pieces if piece.choices[0].delta.content]) == 12
        assert pieces[-1].choices[0].finish_reason == "length"

        reply = client.chat.completions.create(
            model="x",
            messages=HELLO,
            max_tokens=200,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": SCHEMA},
            },
        )
        answer = json.loads(reply.choices[0].message.content or "")
        assert isinstance(answer["agree"], bool)
        assert answer["kind"] in ("a", "b")


def test_the_contract_with_clients(server: ModelServer, engine: str) -> None:
    _, models = server.request("/v1/models")
    (entry,) = models["data"]
    assert entry["id"] == "cortex-test"
    assert entry["tags"] == [f"cortex.engine={engine}", "cortex.profile=test-profile"]
    assert entry["meta"]["n_ctx"] == 2048
    _, props = server.request("/props")
    assert props["total_slots"] == (1 if engine == "llama-cpp-python" else 4)
    assert props["default_generation_settings"]["n_ctx"] == 2048
    assert server.request("/health") == (200, {"status": "ok"})


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_above_the_context(server: ModelServer, stream: bool) -> None:
    messages = [{"role": "user", "content": "x " * 3000}]
    status, reply = server.request(
        "/v1/chat/completions", {"messages": messages, "max_tokens": 4, "stream": stream}
    )
    assert (status, reply["error"]["type"]) == (400, "exceed_context_size_error")
    assert reply["error"]["n_prompt_tokens"] > reply["error"]["n_ctx"] == 2048


def test_sigterm_is_prompt_and_clean(server: ModelServer) -> None:
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 3
    assert "Traceback" not in server.log_text()


def test_sigterm_during_a_stream_is_prompt(server: ModelServer, engine: str) -> None:
    with client_of(server) as client:
        stream = client.chat.completions.create(
            model="x", messages=HELLO, max_tokens=2000, stream=True, temperature=0
        )
        next(iter(stream))
        started = time.monotonic()
        if engine == "llama-server":
            # it waits for the stream for ever; the second signal makes it leave, with 1
            server.process.terminate()
            time.sleep(0.2)
        assert server.stop() in ((0, 1) if engine == "llama-server" else (0,))
        assert time.monotonic() - started < 4
        with contextlib.suppress(httpx.HTTPError, openai.OpenAIError):
            for _ in stream:
                pass
        stream.close()


def test_memory_and_idle_processor_time_are_sane(server: ModelServer, engine: str) -> None:
    server.request("/v1/chat/completions", {"messages": HELLO, "max_tokens": 8})
    process = psutil.Process(server.process.pid)
    limit = 160 if engine == "llama-cpp-python" else 80
    assert process.memory_info().rss < limit * MEGABYTE
    before = sum(process.cpu_times()[:2])
    time.sleep(0.5)
    assert sum(process.cpu_times()[:2]) - before <= 0.05


def test_the_key_opens_and_its_lack_closes(
    tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]
) -> None:
    with model_server(
        tmp_path, model=tiny, engine=engine, env=engine_env, api_key="s3cret"
    ) as server:
        with client_of(server, "s3cret") as client:
            assert client.models.list().data
            client.chat.completions.create(model="x", messages=HELLO, max_tokens=1)
        with client_of(server, "wrong") as client:
            for path in ("/chat/completions", "/models", "/props"):
                with pytest.raises(openai.AuthenticationError):
                    if path == "/chat/completions":
                        client.chat.completions.create(model="x", messages=HELLO, max_tokens=1)
                    elif path == "/models":
                        client.models.list()
                    else:
                        client.get("/../props", cast_to=object)
        server.api_key = None
        assert server.request("/health")[0] == 200  # readiness needs no key
        command = b"\0".join(Path(f"/proc/{server.process.pid}/cmdline").read_bytes().split(b"\0"))
        assert b"s3cret" not in command
        assert "s3cret" not in server.log_text()


def test_a_unix_socket(tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]) -> None:
    with model_server(tmp_path, model=tiny, engine=engine, env=engine_env, unix=True) as server:
        assert server.socket_path is not None
        transport = httpx.HTTPTransport(uds=str(server.socket_path))
        with (
            httpx.Client(transport=transport) as http,
            openai.OpenAI(base_url="http://localhost/v1", api_key="x", http_client=http) as client,
        ):
            reply = client.chat.completions.create(model="x", messages=HELLO, max_tokens=3)
            assert reply.usage is not None
            assert reply.usage.completion_tokens == 3


def test_a_socket_left_by_a_killed_server_is_taken_over(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny, unix=True) as server:
        server.process.kill()
        assert server.process.wait() == -signal.SIGKILL
        assert server.socket_path is not None
        assert server.socket_path.exists()
    with model_server(tmp_path, model=tiny, unix=True) as server:
        assert server.request("/health")[0] == 200
        assert server.stop() == 0
        assert server.socket_path is not None
        assert not server.socket_path.exists()


def test_a_socket_of_a_running_server_is_refused(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny, unix=True) as server:
        result = run_serve(CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_HOST=str(server.socket_path))
        assert result.returncode == 2
        assert "is in use by a running server" in result.stderr
        assert server.request("/health")[0] == 200


def test_a_taken_port_ends_with_1_and_no_traceback(tiny: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run_serve(
            CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_PORT=port, CORTEX_LLM_ENGINE="xllamacpp"
        )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_flags_after_the_dashes_are_passed_on(tmp_path: Path, tiny: Path) -> None:
    flags = ["--parallel", "2", "-c", "1024"]
    with model_server(tmp_path, model=tiny, flags=flags) as server:
        props = server.request("/props")[1]
        assert props["total_slots"] == 2
        assert props["default_generation_settings"]["n_ctx"] == 512


def run_serve(*flags: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cortex_llm", "serve", *flags],
        cwd=CHECKOUT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("kind", ["q8_0", "q4_0"])
def test_a_quantised_cache(
    tmp_path: Path, engine: str, engine_env: dict[str, str], kind: str
) -> None:
    model = write_model(tmp_path / "wide.gguf", d_model=128)  # heads of 32 numbers: one block
    settings = {**engine_env, "CORTEX_LLM_KV_CACHE_TYPE": kind}
    with model_server(tmp_path, model=model, engine=engine, env=settings) as server:
        status, reply = server.request("/v1/completions", {"prompt": "Hello", "max_tokens": 4})
        assert (status, reply["usage"]["completion_tokens"]) == (200, 4)
        command = Path(f"/proc/{server.process.pid}/cmdline").read_text()
        assert f"--cache-type-v\0{kind}" in command


def test_another_chat_template_and_thoughts_left_in_the_text(
    tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]
) -> None:
    template = tmp_path / "t.jinja"
    template.write_text("{% for m in messages %}({{ m.role }}) {{ m.content }}{% endfor %}")
    env = {**engine_env, "CORTEX_LLM_CHAT_TEMPLATE_FILE": str(template),
           "CORTEX_LLM_REASONING_FORMAT": "none"}  # fmt: skip
    if engine == "llama-cpp-python":
        result = run_serve(CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_ENGINE=engine, **env)
        assert "does not support CORTEX_LLM_CHAT_TEMPLATE_FILE" in result.stderr
        return
    with model_server(tmp_path, model=tiny, engine=engine, env=env) as server:
        status, reply = server.request("/apply-template", {"messages": HELLO})
        assert (status, reply["prompt"]) == (200, "(user) Hello")


@pytest.mark.llama_cpp_python
def test_one_model_by_its_name(tmp_path: Path, tiny: Path) -> None:
    """The other engines' servers have the list only."""
    with model_server(tmp_path, model=tiny, engine="llama-cpp-python") as server:
        with client_of(server) as client:
            assert client.models.retrieve("cortex-test").id == "cortex-test"
            with pytest.raises(openai.NotFoundError, match="does not exist"):
                client.models.retrieve("another/one")


def test_an_unknown_flag_is_refused_by_name(tiny: Path) -> None:
    result = run_serve(
        "--", "--frobnicate", CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_ENGINE="xllamacpp"
    )
    assert result.returncode == 2
    assert "'--frobnicate'" in result.stderr
    assert "Traceback" not in result.stderr


def test_bad_models_are_told_in_a_sentence(tiny: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:-5000])
    text = tmp_path / "text.gguf"
    text.write_text("hello")
    for path, words in [
        (tmp_path / "none.gguf", "no such file"),
        (tmp_path, "it is a folder"),
        (cut, "is truncated"),
        (text, "is not a GGUF model"),
    ]:
        result = run_serve(CORTEX_LLM_MODEL_PATH=str(path))
        assert result.returncode == 1
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert words in result.stderr
        assert str(path) in result.stderr
        assert "\nhint: " in result.stderr


def test_a_server_open_to_others_needs_a_key(tiny: Path) -> None:
    settings = Settings(endpoint=TcpEndpoint("0.0.0.0", free_port()), model_path=tiny)
    with pytest.raises(
        UsageError, match="accepts connections from other machines but no API key is set"
    ):
        serve.prepare(settings)


def test_preparing_reads_the_model_first(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        serve.prepare(Settings(model_path=tmp_path / "none.gguf"))


def test_the_folder_of_a_socket_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist") as caught:
        serve.clear_stale_socket(UnixEndpoint(tmp_path / "none/llm.sock"))
    assert caught.value.hint == f"mkdir -p {tmp_path}/none"


def test_what_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "llm.sock"
    path.write_text("precious")
    with pytest.raises(UsageError, match="is not a socket"):
        serve.clear_stale_socket(UnixEndpoint(path))
    assert path.read_text() == "precious"


def test_systemd_is_told_the_status(tmp_path: Path, tiny: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(10)
        with model_server(tmp_path, model=tiny, env={"NOTIFY_SOCKET": str(address)}):
            assert systemd.recv(1024).decode() == f"STATUS=loading {tiny}"


def test_a_stopped_server_does_not_matter_to_the_next_test(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny) as server:
        os.kill(server.process.pid, signal.SIGSTOP)
    assert server.process.returncode in (0, -signal.SIGTERM)  # so soon it may still be the latter
