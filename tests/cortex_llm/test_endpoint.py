from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_llm.endpoint import TcpEndpoint, UnixEndpoint, parse_host, request


@pytest.fixture
def stranger() -> Iterator[tuple[TcpEndpoint, list[bytes]]]:
    """A port that answers every connection with the bytes in the list."""
    answer: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer[0])

        thread = threading.Thread(target=serve)
        thread.start()
        yield TcpEndpoint("127.0.0.1", listener.getsockname()[1]), answer
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_reply_has_a_status_and_json(stranger: tuple[TcpEndpoint, list[bytes]]) -> None:
    endpoint, answer = stranger
    answer.append(b'HTTP/1.1 503 Busy\r\nContent-Length: 7\r\n\r\n{"a":1}')
    reply = request(endpoint, "/health")
    assert (reply.status, reply.json) == (503, {"a": 1})
    answer[0] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"
    assert request(endpoint, "/health").json is None


def test_what_speaks_no_http_is_an_oserror(stranger: tuple[TcpEndpoint, list[bytes]]) -> None:
    endpoint, answer = stranger
    answer.append(b"220 mail.example ESMTP\r\n")
    with pytest.raises(OSError, match="does not speak HTTP"):
        request(endpoint, "/health")


def test_nothing_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        request(UnixEndpoint(tmp_path / "none.sock"), "/health")


def test_how_endpoints_are_shown_and_told_to_servers() -> None:
    assert str(TcpEndpoint("::1", 80)) == "http://[::1]:80"
    assert TcpEndpoint("127.0.0.1", 80).arguments() == ["--host", "127.0.0.1", "--port", "80"]
    assert UnixEndpoint(Path("/a.sock")).arguments() == ["--host", "/a.sock"]


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("/a.sock", True), ("0.0.0.0", False)],
)
def test_what_is_local(host: str, local: bool) -> None:
    assert parse_host(host, 80).is_local is local
