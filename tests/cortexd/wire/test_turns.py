"""Loop time: who is served when, on a clock of its own; then attacks on a real daemon."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable
from typing import Any, cast

from cortexd.budget import Account
from cortexd.config import LimitsSection
from cortexd.wire.turns import MAX_SKIPPED, TURN_S, Turns
from tests.support.daemon import daemon
from tests.support.users import ALICE, MALLORY, connect_as, needs_root, public_folder, session_as


class Loop:
    """A loop of which each pass takes no time but that of its callbacks."""

    def __init__(self) -> None:
        self.now = 0.0
        self.passes = 0
        self.soon: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None]) -> None:
        self.soon.append(callback)

    def run_pass(self) -> None:
        self.passes += 1
        soon, self.soon = self.soon, []
        for callback in soon:
            callback()


class Client:
    """One that has ``work`` seconds of requests; it notes what it did in which pass."""

    def __init__(self, loop: Loop, turns: Turns, account: Account, work: float) -> None:
        self.loop, self.turns, self.account, self.work = loop, turns, account, work
        self.served: list[int] = []
        self.starts_work = False

    def serve(self, until: float) -> bool:
        self.served.append(self.loop.passes)
        spent = min(self.work, max(until - self.loop.now, 0.0001))
        self.loop.now += spent
        self.work -= spent
        if self.work > 1e-9:
            self.turns.wait(self.account, self)
        return not self.starts_work

    def arrive(self) -> None:
        if not self.turns.offer(self.account, self):
            self.turns.wait(self.account, self)


def surroundings() -> tuple[Loop, Turns, Account, Account]:
    loop = Loop()
    turns = Turns(cast("Any", loop), lambda: loop.now)
    return loop, turns, Account(1, LimitsSection()), Account(2, LimitsSection())


def test_a_client_alone_is_served_at_once_but_for_one_in_a_turn() -> None:
    loop, turns, mine, _ = surroundings()
    client = Client(loop, turns, mine, 0)
    at_once = 0
    for number in range(1000):
        client.work = 0.00005
        client.arrive()
        at_once += client.served[-1:] == [number]
        loop.run_pass()
        assert client.work < 1e-9
    assert at_once >= 970


def test_a_thousand_connections_get_the_time_of_one_user() -> None:
    loop, turns, mine, others = surroundings()
    crowd = [Client(loop, turns, mine, 0.001) for _ in range(1000)]
    for client in crowd:
        client.arrive()
    honest = Client(loop, turns, others, 0.00005)
    honest.arrive()
    assert honest.served == [0]
    assert loop.now < 2 * TURN_S
    for _ in range(10):
        before = loop.now
        loop.run_pass()
        assert loop.now - before <= TURN_S + 0.001
    while loop.soon:
        loop.run_pass()
    assert all(client.work < 1e-9 for client in crowd)


def test_users_who_wait_are_served_in_the_same_pass() -> None:
    loop, turns, mine, others = surroundings()
    busy, other = Client(loop, turns, mine, 1.0), Client(loop, turns, others, 0.01)
    busy.arrive()
    other.arrive()
    for _ in range(4):
        loop.run_pass()
    assert busy.served[:5] == other.served[:5] == [0, 1, 2, 3, 4]


def test_work_that_goes_on_ends_the_turn_of_its_user() -> None:
    loop, turns, mine, others = surroundings()
    crowd = [Client(loop, turns, mine, 0.00001) for _ in range(5)]
    for client in crowd:
        client.starts_work = True
        client.arrive()
    Client(loop, turns, others, 0.00001).arrive()
    while loop.soon:
        loop.run_pass()
    assert [client.served for client in crowd] == [[0], [1], [2], [3], [4]]


def test_turns_are_left_out_while_clients_connect_but_not_for_ever() -> None:
    loop, turns, mine, _ = surroundings()
    client = Client(loop, turns, mine, 1.0)
    client.arrive()
    for _ in range(MAX_SKIPPED + 1):
        turns.yield_to_newcomers()
        loop.run_pass()
    assert client.served == [0, MAX_SKIPPED + 1]
    loop.run_pass()
    assert client.served == [0, MAX_SKIPPED + 1, MAX_SKIPPED + 2]


HELP = b'{"command":"help"}\n'
HEALTH = b'{"command":"health"}\n'


def slowest_ping(connection: Any, seconds: float) -> float:
    """The longest time of one ping, in seconds, on a session of another user."""
    slowest, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        connection.send({"command": "ping"})
        assert connection.line()["status"] == "ok"
        slowest = max(slowest, time.monotonic() - started)
    return slowest


@needs_root
def test_clients_that_pipeline_and_do_not_read_delay_only_themselves() -> None:
    """985 of them left others without an answer for 20 s."""
    with public_folder() as folder, daemon(folder) as cortexd, contextlib.ExitStack() as stack:
        for _ in range(900):
            client = stack.enter_context(connect_as(cortexd, MALLORY))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                client.send((HELP + HEALTH) * 1500)
        with session_as(cortexd, ALICE) as alice:
            assert slowest_ping(alice, 2.0) < 1.0  # a machine that is busy is slower
        assert cortexd.rss_mib < 200


@needs_root
def test_clients_that_read_get_no_more_than_their_share() -> None:
    with public_folder() as folder, daemon(folder) as cortexd, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect_as(cortexd, MALLORY)) for _ in range(300)]
        with session_as(cortexd, ALICE) as alice:
            answered = 0
            until = time.monotonic() + 2.0
            for client in crowd:
                client.setblocking(False)
            while time.monotonic() < until:
                for client in select.select([], crowd, [], 0)[1]:
                    with contextlib.suppress(BlockingIOError):
                        client.send(HEALTH * 10)
                for client in select.select(crowd, [], [], 0)[0]:
                    with contextlib.suppress(BlockingIOError):
                        answered += client.recv(1 << 20).count(b"\n")
                assert slowest_ping(alice, 0.01) < 1.0
        assert answered > 0
