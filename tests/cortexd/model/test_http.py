"""The HTTP client: any framing, any chunking, and every way in which a server breaks off."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cortexd.model.http import Pool
from cortexd.model.http_parser import Broken, CannotConnect, HttpError, NotHttp


def chunked(pieces: list[bytes], extension: bytes = b"") -> bytes:
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces if piece)
    return body + b"0\r\n\r\n"


def exchange(folder: Path, *replies: bytes, requests: int = 1) -> list[tuple[int, bytes]]:
    """What the client makes of a server that sends one of ``replies`` per request and closes."""
    path = folder / "server"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(10)

        def serve() -> None:
            with listening.accept()[0] as connection:
                for reply in replies:
                    connection.recv(65536)
                    connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()

        async def ask() -> list[tuple[int, bytes]]:
            pool, answers = Pool(f"unix:{path}"), []
            try:
                for _ in range(requests):
                    async with pool.request("GET", "/") as response:
                        body = b"".join([piece async for piece in response.body()])
                        answers.append((response.status, body))
            finally:
                pool.close()
            return answers

        try:
            return asyncio.run(ask())
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", (200, b"hi")),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", (200, b"to the end")),
        (b"HTTP/1.0 404\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunked([b"ab"]), (404, b"ab")),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", (200, b"")),
    ],
)
def test_replies(tmp_path: Path, reply: bytes, expected: tuple[int, bytes]) -> None:
    assert exchange(tmp_path, reply) == [expected]


def test_a_kept_connection(tmp_path: Path) -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    assert exchange(tmp_path, reply, reply, requests=2) == [(200, b"hi")] * 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"", Broken),
        (b"HTTP/1.1 200 OK\r\nContent-", Broken),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", Broken),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Broken),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NotHttp),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", NotHttp),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", NotHttp),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n", NotHttp),
        (b"HTTP/1.1 2000 OK\r\n\r\n", NotHttp),
        (b"hello", NotHttp),
        (b"\0" * 100, NotHttp),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, NotHttp),
    ],
)
def test_what_is_no_reply(tmp_path: Path, reply: bytes, error: type[HttpError]) -> None:
    with pytest.raises(error):
        exchange(tmp_path, reply)


@pytest.mark.parametrize(
    "url",
    [
        lambda folder: f"unix:{folder}/none",
        lambda folder: f"unix:{folder}",
        lambda _: "http://127.0.0.1:1",
        lambda _: "http://a..b:80",
        lambda _: f"http://{'x' * 300}:80",
    ],
)
def test_nobody_there(tmp_path: Path, url: Callable[[Path], str]) -> None:
    async def ask() -> None:
        async with Pool(url(tmp_path)).request("GET", "/"):
            pass

    with pytest.raises(CannotConnect):
        asyncio.run(ask())
