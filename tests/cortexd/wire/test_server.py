"""The table of connections: its limit, a flood of clients, and the drain."""

from __future__ import annotations

import contextlib
import json
import resource
import selectors
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from cortexd.config import LimitsSection
from tests.support.daemon import RunningDaemon, daemon, eventually, read_to_end
from tests.support.fake_llm import FakeLlm, endless, hang, say
from tests.support.users import ALICE, MALLORY, connect_as, needs_root, public_folder, session_as

# Descriptors that the daemon's watch over the machine opens soon after the start.
OF_THE_WATCH = 16


def crowd(cortexd: RunningDaemon, stack: contextlib.ExitStack, size: int) -> list[socket.socket]:
    """So many connections at once, each of which has sent a ping."""
    clients = []
    for _ in range(size):
        client = stack.enter_context(cortexd.connect())
        with contextlib.suppress(BrokenPipeError):
            client.sendall(b'{"command":"ping"}\n')
        clients.append(client)
    return clients


def first_words(clients: list[socket.socket]) -> dict[str, int]:
    """How many were answered with which code; "ok" stands for a reply, "" for none."""
    words: dict[str, int] = {}
    for client in clients:
        line = b""
        with contextlib.suppress(ConnectionResetError), client.makefile("rb") as lines:
            line = lines.readline()
        reply: dict[str, Any] = json.loads(line) if line else {"error": {"code": ""}}
        word = "ok" if "data" in reply else reply["error"]["code"]
        words[word] = words.get(word, 0) + 1
    return words


@pytest.fixture
def many_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 12_000:
        if hard < 12_000:
            pytest.skip(f"needs 12,000 file descriptors; this process may have {hard}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (12_000, hard))


@pytest.mark.usefixtures("many_descriptors")
def test_five_thousand_at_once_are_served_or_refused(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        before = cortexd.descriptors + OF_THE_WATCH
        with contextlib.ExitStack() as stack:
            clients = crowd(cortexd, stack, 5000)
            assert first_words(clients) == {"ok": 1000, "DAEMON_BUSY": 4000}
            clients[0].sendall(b'{"command":"ping"}\n')  # who is in stays in
            assert b"pong" in clients[0].recv(1000)
            refused = json.loads(cortexd.exchange(b""))["error"]
            assert refused["details"]["retry_after_s"] > 0
            assert "1000 clients are connected" in refused["message"]
        eventually(lambda: cortexd.descriptors <= before, "every descriptor is given back")
        assert cortexd.call("ping") == {"pong": True}
        assert cortexd.call("status")["connections"] == 1


def test_without_spare_descriptors_nobody_is_hurt(tmp_path: Path) -> None:
    """Refused clients hold a descriptor for a moment: more of them than there are."""
    limit = 120

    def few_descriptors() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    with daemon(tmp_path, {"limits": {"max_connections": 50}}, preexec=few_descriptors) as cortexd:
        with contextlib.ExitStack() as stack:
            clients = crowd(cortexd, stack, 400)
            words = first_words(clients)
            assert words["ok"] == 50
            assert set(words) <= {"ok", "DAEMON_BUSY", ""}
        eventually(lambda: _pings(cortexd), "the daemon answers again")


def _pings(cortexd: RunningDaemon) -> bool:
    with contextlib.suppress(OSError, AssertionError):
        return cortexd.call("ping") == {"pong": True}
    return False


def test_too_many_connections_for_the_hard_limit_are_told_at_the_start(tmp_path: Path) -> None:
    def few_descriptors() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    with pytest.raises(AssertionError, match="needs 1064 file descriptors"):
        with daemon(tmp_path, preexec=few_descriptors):
            pass
    assert not (tmp_path / "s").exists()


def test_a_limit_that_is_reloaded_holds_for_new_clients(tmp_path: Path) -> None:
    with daemon(tmp_path, {"limits": {"max_connections": 1}}) as cortexd:
        time.sleep(0.2)  # until the connection that saw it ready is forgotten
        with cortexd.session() as session:
            session.send({"command": "ping"})
            assert session.line()["status"] == "ok"
            assert json.loads(cortexd.exchange(b""))["error"]["code"] == "DAEMON_BUSY"
            cortexd.configure({"limits": {"max_connections": 2}})
            session.send({"command": "config.reload"})
            assert session.line()["data"]["changed"] == ["limits.max_connections", "llm.url"]
            assert cortexd.call("ping") == {"pong": True}


def test_running_requests_are_finished_before_the_end(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = say("done", wait=2.0)  # longer than those who have just come are waited for
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        with cortexd.session() as busy, cortexd.session() as idle:
            busy.send({"command": "inference", "prompt": "x"})
            eventually(lambda: llm.seen, "the model was asked")
            cortexd.signal(signal.SIGTERM)
            assert idle.ended()  # nothing is due to it
            with pytest.raises(OSError):
                eventually(lambda: cortexd.connect().close(), "nobody new is taken", 0.5)
            busy.send(
                {"command": "ping", "id": 1}, {"command": "inference", "prompt": "y", "id": 2}
            )
            assert busy.line()["data"]["output"] == "done"
            assert busy.line()["data"] == {"pong": True}
            assert busy.line()["error"]["code"] == "SHUTTING_DOWN"
            assert busy.ended()
        assert cortexd.wait() == 0


def test_what_takes_longer_than_the_drain_is_told_so(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = endless
    settings = {"llm": {"url": llm.url}, "limits": {"drain_sec": 0.5}}
    with daemon(tmp_path, settings) as cortexd:
        with cortexd.session() as plain, cortexd.session() as stream:
            plain.send({"command": "inference", "prompt": "x", "id": 1}, {"command": "ping"})
            stream.send({"command": "inference", "prompt": "x", "stream": True})
            assert stream.line()["event"] == "token"
            cortexd.signal(signal.SIGTERM)
            error = plain.reply()
            assert (error["error"]["code"], error["id"]) == ("SHUTTING_DOWN", 1)
            assert plain.reply()["status"] == "ok"
            assert stream.reply()["error"]["code"] == "SHUTTING_DOWN"
            assert plain.ended()
            assert stream.ended()
        assert cortexd.wait() == 0
        assert llm.closed.get(timeout=20)


def test_a_client_that_does_not_read_cannot_hold_up_the_end(tmp_path: Path) -> None:
    settings = {"limits": {"drain_sec": 0.3, "write_stall_sec": 3600}}
    with daemon(tmp_path, settings) as cortexd, cortexd.connect() as stalled:
        stalled.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(stalled, selectors.EVENT_WRITE)
            while selector.select(0.5):
                stalled.send(b'{"command":"help"}\n' * 100)
        assert cortexd.stop() == 0


def test_shutdown_by_command(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        assert cortexd.call("shutdown") == {"shutdown": "initiated"}
        assert cortexd.wait() == 0


def test_many_short_connections(cortexd: RunningDaemon) -> None:
    before = cortexd.descriptors + OF_THE_WATCH
    for number in range(500):
        with cortexd.connect() as connection:
            if number % 3:
                connection.sendall(b'{"command":"ping"}\n'[: number % 25])
            if number % 2:
                connection.shutdown(socket.SHUT_WR)
                read_to_end(connection)
    eventually(lambda: cortexd.descriptors <= before, "every descriptor is given back")


@needs_root
def test_one_user_cannot_lock_out_the_others() -> None:
    """1,005 idle connections did: root was refused for as long as they lasted."""
    limits = {"max_connections": 40, "admin_connections": 4}
    with (
        public_folder() as folder,
        daemon(folder, {"limits": limits}) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        idle = [stack.enter_context(connect_as(cortexd, MALLORY)) for _ in range(60)]
        said = eventually(lambda: idle[-1].recv(65536), "the last is refused")
        refused = json.loads(said)["error"]
        assert refused["code"] == "DAEMON_BUSY"
        assert "the limit is 40, 4 of them kept for administrators" in refused["message"]
        for _ in range(4):
            root = stack.enter_context(cortexd.session())
            root.send({"command": "ping"})
            assert root.line()["status"] == "ok"
        for _ in range(10):
            alice = stack.enter_context(session_as(cortexd, ALICE))
            alice.send({"command": "ping"})
            assert alice.line()["status"] == "ok"
        closed = json.loads(idle[0].recv(65536))["error"]  # the oldest goes first
        assert closed["code"] == "DAEMON_BUSY"
        assert f"user {MALLORY} has 36 of 40 connections" in closed["message"]
        assert idle[0].recv(1) == b""
        counted = cortexd.call("metrics")["text"]
        assert "cortexd_connections_displaced_total 1" in counted


@needs_root
def test_1005_idle_connections_of_one_user_at_the_default_limits() -> None:
    with (
        public_folder() as folder,
        daemon(folder) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(1005):
            stack.enter_context(connect_as(cortexd, MALLORY))
        for _ in range(LimitsSection().admin_connections + 5):  # the last of them by displacing
            root = stack.enter_context(cortexd.session())
            root.send({"command": "ping"})
            assert root.line()["status"] == "ok"
        for _ in range(50):
            alice = stack.enter_context(session_as(cortexd, ALICE))
            alice.send({"command": "ping"})
            assert alice.line()["status"] == "ok"


@needs_root
def test_subscriptions_of_one_user_are_bounded_over_all_its_connections() -> None:
    limits = {"subscriptions_per_user": 4}
    watch = b'{"command":"alerts.watch"}\n'
    with (
        public_folder() as folder,
        daemon(folder, {"limits": limits}) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(4):
            session = stack.enter_context(session_as(cortexd, MALLORY))
            session.socket.sendall(watch)
            assert session.line()["event"] == "alerts.watching"
        with session_as(cortexd, MALLORY) as session:
            session.socket.sendall(watch)
            error = session.line()["error"]
            assert f"user {MALLORY} watches alerts 4 times; the limit is 4" in error["message"]
        with session_as(cortexd, ALICE) as alice:
            alice.socket.sendall(watch)
            assert alice.line()["event"] == "alerts.watching"


@needs_root
def test_requests_of_one_user_are_bounded_over_all_its_connections(llm: FakeLlm) -> None:
    llm.chat = hang
    settings = {"llm": {"url": llm.url}, "limits": {"pending_per_user": 10}}
    ask = b'{"command":"inference","prompt":"x"}\n'
    with (
        public_folder() as folder,
        daemon(folder, settings) as cortexd,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(5):
            stack.enter_context(connect_as(cortexd, MALLORY)).sendall(ask * 2)
        eventually(lambda: _count_requests(cortexd) == 10, "all are running or waiting")
        with session_as(cortexd, MALLORY) as session:
            session.send({"command": "ping"}, {"command": "health"})
            assert session.line()["status"] == "ok"  # what is answered at once still is
            message = session.line()["error"]["message"]
            assert message == f"10 requests of user {MALLORY} are unanswered; the limit is 10"
        with session_as(cortexd, ALICE) as alice:
            alice.send({"command": "health"})
            assert alice.line()["status"] == "ok"
        stack.close()
        eventually(lambda: _count_requests(cortexd) == 0, "they end with their clients")
        with session_as(cortexd, MALLORY) as session:
            session.send({"command": "health"})
            assert session.line()["status"] == "ok"


def _count_requests(cortexd: RunningDaemon) -> int:
    queue = cortexd.call("llm.status")["queue"]
    return int(queue["running"] + queue["waiting"])
