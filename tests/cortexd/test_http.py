from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd import http

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


def chunked(pieces: list[bytes]) -> bytes:
    body = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
    return body + b"0\r\nTrailer: x\r\n\r\n"


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(0, 200)))
def test_chunks_however_they_are_cut(pieces: list[bytes], cuts: list[int]) -> None:
    wire = chunked(pieces)
    at = sorted({min(cut, len(wire)) for cut in cuts} | {0, len(wire)})
    decoder = http.Chunked()
    body = b"".join(decoder.feed(wire[a:b]) for a, b in itertools.pairwise(at))
    assert (body, decoder.done) == (b"".join(pieces), True)


@pytest.mark.parametrize(
    "wire", [b"xyz\r\n", b"\r\n", b"-1\r\n", b"2\r\nabc\r\n", b"123456789\r\n", b"1" * 2000]
)
def test_what_is_no_chunk_is_refused(wire: bytes) -> None:
    with pytest.raises(http.NotHttp):
        http.Chunked().feed(wire)


@contextlib.asynccontextmanager
async def server(path: Path, handler: Handler) -> AsyncIterator[http.Pool]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            await handler(reader, writer)

    async with await asyncio.start_unix_server(handle, path):
        pool = http.Pool(f"unix:{path}")
        try:
            yield pool
        finally:
            pool.close()
            await asyncio.sleep(0)


async def get(pool: http.Pool) -> tuple[int, bytes]:
    async with pool.request("GET", "/x") as response, aclosing(response.body()) as pieces:
        return response.status, b"".join([piece async for piece in pieces])


def replying(*replies: bytes) -> Handler:
    """One connection's replies, one for each request, and then its end."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)

    return handle


def one_reply(path: Path, reply: bytes) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        async with server(path, replying(reply)) as pool:
            return await get(pool)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", (200, b"hi")),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked([b"a", b"bc"]), (200, b"abc")),
        (b"HTTP/1.0 503 \r\n\r\nto the end", (503, b"to the end")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"content-length: 1\r\n\r\nx", (200, b"x")),
    ],
)
def test_every_framing(tmp_path: Path, reply: bytes, expected: tuple[int, bytes]) -> None:
    assert one_reply(tmp_path / "s", reply) == expected


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"", http.Broken),
        (OK, http.Broken),
        (OK + b"Content-Length: 5\r\n\r\nhi", http.Broken),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", http.Broken),
        (OK + b"Content-Length: many\r\n\r\nhi", http.NotHttp),
        (b"SSH-2.0-OpenSSH_9.2\r\n", http.NotHttp),
        (b"HTTP/1.1 abc\r\n\r\n", http.NotHttp),
        (OK + b"X: y\r\n" * 20_000, http.NotHttp),
    ],
)
def test_broken_and_odd_replies(tmp_path: Path, reply: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        one_reply(tmp_path / "s", reply)


def test_nobody_there(tmp_path: Path) -> None:
    for url in (f"unix:{tmp_path}/none", "http://127.0.0.1:9"):
        with pytest.raises(http.CannotConnect):
            asyncio.run(get(http.Pool(url)))


def test_a_connection_is_used_again_only_after_a_whole_reply(tmp_path: Path) -> None:
    connections = 0
    reply = OK + b"Content-Length: 2\r\n\r\nhi"

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await replying(*[reply] * 4)(reader, writer)

    async def run() -> None:
        async with server(tmp_path / "s", handle) as pool:
            assert [await get(pool), await get(pool)] == [(200, b"hi")] * 2
            async with pool.request("GET", "/x"):
                pass  # leaves the body unread
            assert await get(pool) == (200, b"hi")

    asyncio.run(run())
    assert connections == 2


def test_leaving_early_hangs_up_on_the_server(tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        hung_up.set()

    async def run() -> None:
        async with server(tmp_path / "s", handle) as pool:
            async with pool.request("GET", "/x") as response, aclosing(response.body()) as pieces:
                assert await anext(pieces) == b"a"
            async with asyncio.timeout(5):
                await hung_up.wait()

    asyncio.run(run())


def test_the_path_of_the_address_comes_first(tmp_path: Path) -> None:
    seen = b""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen = await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 0\r\n\r\n")
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            pool = http.Pool(f"http://127.0.0.1:{port}/base/")
            assert await get(pool) == (200, b"")
            pool.close()
            await asyncio.sleep(0)
            assert seen.startswith(b"GET /base/x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % port)

    asyncio.run(run())
