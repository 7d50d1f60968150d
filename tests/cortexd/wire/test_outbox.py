"""Bytes that one user does not read: counted exactly, and bounded for all of its clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import Any

from cortexd.budget import Account
from cortexd.config import LimitsSection
from cortexd.wire.outbox import Outbox
from tests.support.daemon import daemon, eventually
from tests.support.users import ALICE, MALLORY, connect_as, needs_root, public_folder, session_as

HELP = b'{"command":"help"}\n'


class Protocol(asyncio.Protocol):
    """One end of a real pair of sockets, with an outbox."""

    def __init__(self) -> None:
        self.account = Account(1, LimitsSection())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.outbox = Outbox(transport, self.account)

    def pause_writing(self) -> None:
        self.outbox.pause()

    def resume_writing(self) -> None:
        self.outbox.resume()


async def fill_and_drain() -> tuple[int, int, int, bool]:
    """Unsent bytes after a small write, after one too large for the kernel, once it is read."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, protocol = await loop.create_connection(Protocol, sock=ours)
        outbox, account = protocol.outbox, protocol.account
        outbox.write([b"x"])
        small = account.unsent_bytes
        outbox.write([b"x" * 4_000_000])
        outbox.write([b"y"])
        large, paused = account.unsent_bytes, outbox.paused
        theirs.setblocking(False)
        while outbox.paused:
            with contextlib.suppress(BlockingIOError):
                theirs.recv(1 << 20)
            await asyncio.sleep(0)
        await outbox.wait()
        drained = account.unsent_bytes
        transport.close()
        return small, large, drained, paused


def test_what_the_kernel_does_not_take_is_counted_until_it_does() -> None:
    small, large, drained, paused = asyncio.run(fill_and_drain())
    assert (small, drained, paused) == (0, 0, True)
    assert 3_000_000 < large <= 4_000_003


async def hold_and_close() -> list[int]:
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, protocol = await loop.create_connection(Protocol, sock=ours)
        outbox, account = protocol.outbox, protocol.account
        outbox.hold(10)
        counted = [account.unsent_bytes]
        outbox.release([b"1234"])
        counted.append(account.unsent_bytes)
        outbox.write([b"x" * 4_000_000])
        outbox.close()
        transport.abort()
        return [*counted, account.unsent_bytes]


def test_what_waits_is_counted_until_it_leaves() -> None:
    assert asyncio.run(hold_and_close()) == [10, 6, 0]


@needs_root
def test_replies_that_nobody_reads_are_refused_past_the_limit() -> None:
    """However many clients share them; another user is not concerned."""
    limits = {"unsent_bytes_per_user": 65_536}
    with (
        public_folder() as folder,
        daemon(folder, {"limits": limits}) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(40):
            client = stack.enter_context(connect_as(cortexd, MALLORY))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.send(HELP * 3000)

        def refused() -> Any:
            with session_as(cortexd, MALLORY) as session:
                session.send({"command": "help"})
                return session.line().get("error")

        error = eventually(refused, "the user's own requests are refused")
        assert error["code"] == "DAEMON_BUSY"
        assert "has not read" in error["message"]
        assert "the limit is 65536" in error["message"]
        with session_as(cortexd, ALICE) as alice:
            alice.send({"command": "help"})
            assert alice.line()["status"] == "ok"
        stack.close()
        eventually(lambda: not refused(), "the account is empty again")


@needs_root
def test_replies_behind_one_that_never_comes_count_too() -> None:
    limits = {"unsent_bytes_per_user": 65_536}
    with public_folder() as folder, daemon(folder, {"limits": limits}) as cortexd:
        with session_as(cortexd, MALLORY) as session, session_as(cortexd, MALLORY) as other:
            session.send({"command": "alerts.watch"}, *[{"command": "help"}] * 20)
            session.line()

            def refused() -> bool:
                other.send({"command": "help"})
                return bool("error" in other.line())

            eventually(refused, "what is held counts")
        assert json.loads(cortexd.exchange(HELP))["status"] == "ok"
