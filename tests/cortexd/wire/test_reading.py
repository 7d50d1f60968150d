"""A client that is not read from, and goes: noticed; one that only half-closes: kept."""

from __future__ import annotations

import asyncio
import socket

import pytest

from cortexd.budget import Account
from cortexd.config import LimitsSection
from cortexd.wire.reading import Reading, has_hung_up


async def pause(end: str) -> tuple[bool, bool]:
    """Whether a paused client that ends so has hung up, and whether it is dropped."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        dropped = asyncio.Event()
        reading = Reading(loop, transport, Account(1, LimitsSection()))
        assert reading.update(False, dropped.set)
        assert not reading.update(False, dropped.set)
        if end == "close":
            theirs.close()
            await asyncio.wait_for(dropped.wait(), 20)
        else:
            theirs.shutdown(socket.SHUT_WR)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(dropped.wait(), 0.4)  # four looks
        gone = has_hung_up(transport)
        reading.stop()
        transport.abort()
        assert not reading.update(True, dropped.set)
        return gone, dropped.is_set()


def test_a_client_that_closes_is_noticed() -> None:
    assert asyncio.run(pause("close")) == (True, True)


def test_a_client_that_half_closes_is_still_there() -> None:
    assert asyncio.run(pause("shutdown")) == (False, False)


class Received(asyncio.Protocol):
    def __init__(self) -> None:
        self.data = asyncio.Queue[bytes]()

    def data_received(self, data: bytes) -> None:
        self.data.put_nowait(data)


async def read_again() -> tuple[bytes, bool]:
    """What is read once reading goes on, and whether the client was dropped."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, received = await loop.create_connection(Received, sock=ours)
        dropped = asyncio.Event()
        reading = Reading(loop, transport, Account(1, LimitsSection()))
        assert reading.update(False, dropped.set)
        theirs.send(b"x")
        await asyncio.sleep(0.3)
        assert received.data.empty()
        assert reading.update(True, dropped.set)
        data = await asyncio.wait_for(received.data.get(), 20)
        transport.abort()
        return data, dropped.is_set()


def test_a_client_is_read_from_again() -> None:
    assert asyncio.run(read_again()) == (b"x", False)
