"""The blocking client, against the real daemon."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from cortexd.api.client import Client, Event, error_from_wire
from cortexd.api.errors import (
    BadReply,
    CortexError,
    DaemonUnreachable,
    InvalidCommand,
    InvalidParams,
    RequestTooLarge,
)
from tests.support.daemon import RunningDaemon
from tests.support.fake_llm import FakeLlm, hang, say


def test_calls_and_errors(cortexd: RunningDaemon) -> None:
    with Client(cortexd.socket_path) as client:
        assert client.call("ping") == {"pong": True}
        with pytest.raises(InvalidCommand) as caught:
            client.call("pnig")
        assert caught.value.hint == "did you mean ping?"
        with pytest.raises(InvalidParams):
            client.call("ping", x="\ud800")  # what is no text is sent as a question mark
        assert client.call("ping") == {"pong": True}
        with pytest.raises(RequestTooLarge):
            client.call("inference", prompt="x" * 100_000)


def test_stream(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("a", "b")
    with Client(asked.socket_path) as client:
        *events, reply = client.stream("inference", prompt="x", stream=True)
        assert [event.data["text"] for event in events if isinstance(event, Event)] == ["a", "b"]
        assert isinstance(reply, dict)
        assert reply["output"] == "ab"


def test_time_limit(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = hang
    with Client(asked.socket_path, timeout_s=0.3) as client:
        with pytest.raises(DaemonUnreachable, match="did not answer in time"):
            client.call("inference", prompt="x")


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(DaemonUnreachable, match="the socket does not exist") as caught:
        Client(tmp_path / "none")
    assert caught.value.hint
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    with pytest.raises(DaemonUnreachable, match="nothing is listening"):
        Client(tmp_path / "dead")


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"hello\n", BadReply),
        (b"[]\n", BadReply),
        (b'{"status":"ok"}\n', BadReply),
        (b'{"status":"error","error":5}\n', BadReply),
        (b'{"status":"ok","da', DaemonUnreachable),
        (b"", DaemonUnreachable),
    ],
)
def test_what_is_no_daemon(tmp_path: Path, sent: bytes, error: type[CortexError]) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()

        def serve() -> None:
            with listening.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(sent)

        thread = threading.Thread(target=serve)
        thread.start()
        with Client(tmp_path / "s", timeout_s=10) as client, pytest.raises(error):
            client.call("ping")
        thread.join()


def test_unknown_codes_stay_errors() -> None:
    error = error_from_wire({"code": "FROM_THE_FUTURE", "message": "m", "details": {"a": 1}})
    assert type(error) is CortexError
    assert error.details == {"a": 1}
