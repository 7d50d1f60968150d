"""What a hostile user does to the daemon, and an honest one beside it: a process for each."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import PING

MALLORY, ALICE = 60_001, 60_002
PATIENCE_S = 30.0  # an answer that takes longer counts as this
PAUSE_S = 0.002  # between pings, so that they are samples and no load
QUESTION_PAUSE_S = 0.05  # between questions: 20 a second, below what one user may ask
SENT_AT_ONCE = 65_536

HELP = b'{"command":"help"}\n'
_MEMBER = b'{"jsonrpc":"2.0","method":"help","id":1}'
_NOTIFICATION = b'{"jsonrpc":"2.0","method":"alerts.watch"}'
_FOREVER = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
_TEMPLATE = json.dumps({"command": "inference", "prompt": "x", "template": _FOREVER})


def _batch(member: bytes, count: int) -> bytes:
    return b"[" + b",".join([member] * count) + b"]\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """So many clients, each of which sends ``sent`` again and again; some read replies."""

    clients: int
    sent: bytes
    reads: bool = True
    repeats: bool = True


ATTACKS = {
    "no attack": Attack(0, b""),  # what the machine gives
    "batches of 1,500": Attack(8, _batch(_MEMBER, 1500)),
    "batches of 32": Attack(100, _batch(_MEMBER, 32)),
    "batches of watches": Attack(45, _batch(_NOTIFICATION, 32)),
    "985 deaf pipelines": Attack(985, HELP * 1000, reads=False),
    "300 pipelines": Attack(300, PING * 500 + b'{"command":"health"}\n' * 50),
    "900 x 64 watches": Attack(900, b'{"command":"alerts.watch"}\n' * 64, repeats=False),
    "1,005 idle": Attack(1005, b"", repeats=False),
    "questions": Attack(100, b'{"command":"inference","prompt":"x"}\n' * 64),
    "templates": Attack(90, _TEMPLATE.encode() + b"\n"),
}


@contextmanager
def attacking(path: Path, attack: Attack, uid: int) -> Iterator[None]:
    """Attack as ``uid`` until the end of the block."""
    child = _fork(lambda: _attack(path, attack), uid)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@contextmanager
def pinging(path: Path, uid: int, seconds: float) -> Iterator[Callable[[], list[float]]]:
    """Ping as ``uid``, connecting for each; what is given returns the milliseconds."""
    with _measuring(lambda: _exchange(path, PING, seconds, PAUSE_S), uid) as result:
        yield lambda: [1000 * taken for taken in result()]


@contextmanager
def asking(
    path: Path, uid: int, seconds: float, template: str | None = None
) -> Iterator[Callable[[], list[float]]]:
    """Ask the model as ``uid``, a question after the other; what is given returns the seconds."""
    asked = {"command": "inference", "prompt": "x", "timeout_s": 25}
    if template is not None:
        asked["template"] = template
    sent = json.dumps(asked).encode() + b"\n"
    with _measuring(lambda: _exchange(path, sent, seconds, QUESTION_PAUSE_S), uid) as result:
        yield result


@contextmanager
def _measuring(measure: Callable[[], list[float]], uid: int) -> Iterator[Callable[[], list[float]]]:
    """Run ``measure`` in a child; its figures come through a pipe."""
    reader, writer = os.pipe()

    def write() -> None:
        times = measure()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(struct.pack(f"{len(times)}d", *times))

    child = _fork(write, uid)
    os.close(writer)

    def read() -> list[float]:
        data = pipe.read()
        return list(struct.unpack(f"{len(data) // 8}d", data))

    with os.fdopen(reader, "rb") as pipe:
        try:
            yield read
        finally:
            os.waitpid(child, 0)


def _fork(work: Callable[[], None], uid: int) -> int:
    """Do ``work`` in a child that is ``uid``."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        work()
        status = 0
    finally:
        os._exit(status)


def _exchange(path: Path, sent: bytes, seconds: float, pause_s: float) -> list[float]:
    """Seconds of each exchange; one that fails counts as one that never came."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(str(path))
                connection.settimeout(PATIENCE_S)
                connection.sendall(sent)
                answered = b'"status":"ok"' in connection.recv(65_536)
        except OSError:
            answered = False
        times.append(time.monotonic() - started if answered else PATIENCE_S)
        time.sleep(pause_s)
    return times


def _attack(path: Path, attack: Attack) -> None:
    """Until killed."""
    unsent: dict[int, memoryview] = {}
    clients: dict[int, socket.socket] = {}
    poll = select.poll()
    reading = select.POLLIN if attack.reads or not attack.repeats else 0

    def connect() -> None:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(OSError):
            client.connect(str(path))
        client.setblocking(False)
        clients[client.fileno()] = client
        unsent[client.fileno()] = memoryview(attack.sent)
        poll.register(client, reading | select.POLLOUT)

    for _ in range(attack.clients):
        connect()
    while True:
        for number, events in poll.poll():
            try:
                if events & select.POLLIN and not clients[number].recv(1 << 20):
                    raise ConnectionResetError
                if events & select.POLLOUT:
                    if not unsent[number] and attack.repeats:
                        unsent[number] = memoryview(attack.sent)
                    rest = unsent[number]
                    unsent[number] = rest[clients[number].send(rest[:SENT_AT_ONCE]) :]
                    if not unsent[number] and not attack.repeats:
                        poll.modify(number, reading)
                if events & (select.POLLHUP | select.POLLERR):
                    raise ConnectionResetError
            except BlockingIOError:
                pass
            except OSError:
                poll.unregister(number)
                clients.pop(number).close()
                connect()
