"""A client that is not read from, and goes: noticed; one that only half-closes: kept."""

from __future__ import annotations

import asyncio
import socket

import pytest

from cortexd.budget import Account
from cortexd.config import LimitsSection
from cortexd.wire.hangup import HangupWatch, has_hung_up


async def watched(end: str) -> tuple[bool, bool]:
    """Whether a paused client that ends so has hung up, and whether its watch drops it."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        transport.pause_reading()
        dropped = asyncio.Event()
        watch = HangupWatch(loop, transport, Account(1, LimitsSection()))
        watch.start(dropped.set)
        if end == "close":
            theirs.close()
            await asyncio.wait_for(dropped.wait(), 20)
        else:
            theirs.shutdown(socket.SHUT_WR)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(dropped.wait(), 0.4)  # four looks
        gone = has_hung_up(transport)
        watch.stop()
        transport.abort()
        return gone, dropped.is_set()


def test_a_client_that_closes_is_noticed() -> None:
    assert asyncio.run(watched("close")) == (True, True)


def test_a_client_that_half_closes_is_still_there() -> None:
    assert asyncio.run(watched("shutdown")) == (False, False)


async def read_again() -> bool:
    """Whether a client that is read from again is dropped by its watch."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        dropped = asyncio.Event()
        HangupWatch(loop, transport, Account(1, LimitsSection())).start(dropped.set)
        await asyncio.sleep(0.3)
        transport.abort()
        return dropped.is_set()


def test_a_client_that_is_read_from_is_left_to_the_reader() -> None:
    assert not asyncio.run(read_again())
