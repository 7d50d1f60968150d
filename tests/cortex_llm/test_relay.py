"""The relay between real sockets: bytes, ends, and who holds up whom."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cortex_llm.exchanges import Exchange, Observer, Outcome
from cortex_llm.relay import CHUNK, Relay
from tests.support.daemon import eventually

TIMEOUT = 10.0
QUESTION = b"POST /v1/completions HTTP/1.1\r\nX-Request-Id: abc\r\nContent-Length: 2\r\n\r\n{}"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Bench:
    """A relay in a thread; the test is its client and its engine."""

    def __init__(self, folder: Path, most: int) -> None:
        self.public, self.inner = folder / "llm.sock", folder / "engine.sock"
        self.engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.engine.settimeout(TIMEOUT)
        self.engine.bind(str(self.inner))
        self.engine.listen(2)
        self.began: list[Exchange] = []
        self.ended: list[tuple[Exchange, Outcome]] = []
        self.relay = Relay(
            str(self.inner),
            lambda: Observer(self.began.append, lambda *both: self.ended.append(both)),
            most,
        )
        self.relay.listen(str(self.public))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.relay.step(0.02)

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(TIMEOUT)
        client.connect(str(self.public))
        return client

    def accept(self) -> socket.socket:
        found, _ = self.engine.accept()
        found.settimeout(TIMEOUT)
        return found

    def pair(self) -> tuple[socket.socket, socket.socket]:
        client = self.connect()
        return client, self.accept()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.relay.hang_up(Outcome.STOPPED)
        self.relay.close()
        self.engine.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path, 100)
    yield found
    found.close()


def read(source: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (piece := source.recv(1 << 20)):
        data += piece
    return bytes(data)


def test_bytes_go_both_ways_as_they_are(bench: Bench) -> None:
    client, engine = bench.pair()
    with client, engine:
        noise = os.urandom(3 * CHUNK)  # no HTTP at all
        for source, target in ((client, engine), (engine, client)):
            sender = threading.Thread(target=source.sendall, args=(noise,))
            sender.start()
            assert read(target, len(noise)) == noise
            sender.join()


def test_two_requests_on_one_connection(bench: Bench) -> None:
    client, engine = bench.pair()
    with client, engine:
        client.sendall(QUESTION * 2)
        assert read(engine, 2 * len(QUESTION)) == QUESTION * 2
        engine.sendall(ANSWER)
        engine.sendall(ANSWER)
        assert read(client, 2 * len(ANSWER)) == ANSWER * 2
        eventually(lambda: len(bench.ended) == 2, "both requests have ended", TIMEOUT)
        assert [outcome for _, outcome in bench.ended] == [Outcome.ANSWERED] * 2
        assert {exchange.request_id for exchange in bench.began} == {"abc"}


def test_a_client_that_goes_away_is_told_to_the_engine_at_once(bench: Bench) -> None:
    client, engine = bench.pair()
    with engine:
        client.sendall(QUESTION)
        read(engine, len(QUESTION))
        engine.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        read(client, 1)
        started = time.monotonic()
        client.close()
        assert engine.recv(1) == b""
        assert time.monotonic() - started < 0.5
        eventually(lambda: bench.ended, "the request has ended", TIMEOUT)
        assert bench.ended[0][1] is Outcome.CANCELLED


def test_a_client_that_goes_away_without_reading_is_noticed_too(bench: Bench) -> None:
    """Nothing is read from it then, and nothing can be written: only its end is left to see."""
    client, engine = bench.pair()
    with engine:
        client.sendall(QUESTION)
        read(engine, len(QUESTION))
        engine.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                engine.send(bytes(CHUNK))
                time.sleep(0.002)
        client.close()
        engine.settimeout(TIMEOUT)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            engine.sendall(bytes(1 << 20))


def test_a_half_closed_client_still_gets_its_answer(bench: Bench) -> None:
    client, engine = bench.pair()
    with client, engine:
        client.sendall(QUESTION)
        client.shutdown(socket.SHUT_WR)
        assert read(engine, 1 << 20) == QUESTION  # to its end
        engine.sendall(ANSWER)
        assert read(client, len(ANSWER)) == ANSWER
        engine.close()
        assert client.recv(1) == b""


def test_an_engine_that_has_answered_may_read_on(bench: Bench) -> None:
    """llama-server refuses a request by its head, and reads the rest before it closes."""
    client, engine = bench.pair()
    with client, engine:
        client.sendall(QUESTION[:-2])
        read(engine, len(QUESTION) - 2)
        engine.sendall(ANSWER)
        engine.shutdown(socket.SHUT_WR)
        assert read(client, 1 << 20) == ANSWER  # to its end
        client.sendall(QUESTION[-2:])
        assert read(engine, 2) == QUESTION[-2:]
        engine.close()
        eventually(lambda: not bench.relay.connections, "the connection is gone", TIMEOUT)
        assert [outcome for _, outcome in bench.ended] == [Outcome.ANSWERED]


def test_all_that_an_engine_said_before_its_end_arrives(bench: Bench) -> None:
    client, engine = bench.pair()
    with client:
        long = os.urandom(1 << 20)
        sender = threading.Thread(target=lambda: (engine.sendall(long), engine.close()))
        sender.start()
        time.sleep(0.1)  # it has ended, and most is still unread
        assert read(client, len(long) + 1) == long
        sender.join()


def test_an_engine_that_breaks_off_is_told_from_one_that_has_answered(bench: Bench) -> None:
    for said, outcome in ((ANSWER, Outcome.ANSWERED), (ANSWER[:-1], Outcome.BROKEN)):
        client, engine = bench.pair()
        with client:
            client.sendall(QUESTION)
            read(engine, len(QUESTION))
            engine.sendall(said)
            engine.close()
            assert read(client, 1 << 20) == said
        eventually(lambda: bench.ended, "the request has ended", TIMEOUT)
        assert bench.ended.pop()[1] is outcome


def test_who_does_not_read_is_held_up_alone_and_costs_no_memory(bench: Bench) -> None:
    slow, engine = bench.pair()
    with slow, engine:
        engine.setblocking(False)
        sent = 0
        memory = psutil.Process().memory_info().rss
        with pytest.raises(BlockingIOError):
            while True:
                sent += engine.send(bytes(CHUNK))
                time.sleep(0.002)
        assert sent < 20 * CHUNK  # the kernel's buffers, and one chunk here
        assert psutil.Process().memory_info().rss - memory < 8 << 20
        quick, other = bench.pair()
        with quick, other:
            quick.sendall(QUESTION)
            assert read(other, len(QUESTION)) == QUESTION
            other.sendall(ANSWER)
            assert read(quick, len(ANSWER)) == ANSWER
        assert len(read(slow, sent)) == sent


def test_waiting_costs_no_processor_time(bench: Bench) -> None:
    """Also with a client that does not read and an engine that has ended, told for ever."""
    client, engine = bench.pair()
    with client:
        engine.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                engine.send(bytes(CHUNK))
                time.sleep(0.002)
        engine.close()
        time.sleep(0.1)
        before = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - before < 0.1


def test_a_full_engine_is_waited_for(bench: Bench) -> None:
    clients = [bench.connect() for _ in range(8)]  # its backlog is 2
    time.sleep(0.2)
    for client in clients:
        client.sendall(QUESTION)
    for _ in clients:
        with bench.accept() as engine:
            read(engine, len(QUESTION))
            engine.sendall(ANSWER)
    for client in clients:
        with client:
            assert read(client, len(ANSWER)) == ANSWER


def test_an_engine_that_is_gone_lets_clients_go(bench: Bench) -> None:
    bench.engine.close()
    with bench.connect() as client:
        assert client.recv(1) == b""


def test_more_than_the_limit_wait_their_turn(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 1)
    first, engine = bench.pair()
    second = bench.connect()
    with second, engine:
        second.sendall(QUESTION)
        bench.engine.settimeout(0.2)
        with pytest.raises(TimeoutError):
            bench.accept()
        bench.engine.settimeout(TIMEOUT)
        first.close()
        with bench.accept() as other:
            assert read(other, len(QUESTION)) == QUESTION
    bench.close()


def test_after_the_end_nothing_is_left_open(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    bench = Bench(tmp_path, 100)
    pairs = [bench.pair() for _ in range(5)]
    bench.close()
    for client, engine in pairs:
        assert client.recv(1) == engine.recv(1) == b""
        client.close()
        engine.close()
    assert psutil.Process().num_fds() == before
