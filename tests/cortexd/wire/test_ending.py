"""How a connection ends: what was written is read first, unless nobody reads it."""

from __future__ import annotations

import asyncio
import socket

from cortexd.wire.ending import Ending
from cortexd.wire.state import State


async def connect() -> tuple[asyncio.Transport, Ending, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    assert transport.get_write_buffer_size() == 0
    return transport, Ending(loop, transport), theirs


async def read_to_end(theirs: socket.socket) -> bytes:
    loop, received = asyncio.get_running_loop(), b""
    while chunk := await asyncio.wait_for(loop.sock_recv(theirs, 65536), 20):
        received += chunk
    return received


async def close_behind(size: int) -> tuple[State, int]:
    transport, ending, theirs = await connect()
    with theirs:
        transport.write(b"x" * size)
        ending.close(20, transport.abort)
        received = await read_to_end(theirs)
        ending.stop()
        return ending.state, len(received)


def test_what_was_written_is_read_before_the_end() -> None:
    assert asyncio.run(close_behind(4_000_000)) == (State.CLOSING, 4_000_000)


async def close_unread() -> bool:
    transport, ending, theirs = await connect()
    with theirs:
        transport.write(b"x" * 4_000_000)
        dropped = asyncio.Event()
        ending.close(0.05, dropped.set)
        await asyncio.wait_for(dropped.wait(), 20)
        ending.abort()
        return transport.is_closing()


def test_who_reads_nothing_is_dropped() -> None:
    assert asyncio.run(close_unread())


async def linger() -> tuple[bytes, bool]:
    """What a refused client that goes on writing reads, and whether it was reset."""
    transport, ending, theirs = await connect()
    with theirs:
        transport.write(b"no")
        closed = asyncio.Event()
        ending.linger(closed.set)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(theirs, b"more")
        received = await read_to_end(theirs)
        was_open = not transport.is_closing()
        await asyncio.wait_for(closed.wait(), 20)
        ending.close(1, transport.abort)
        return received, was_open


def test_who_still_writes_reads_the_refusal() -> None:
    assert asyncio.run(linger()) == (b"no", True)
