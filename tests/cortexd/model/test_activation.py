"""A server on demand: connecting to its address wakes it, looking at its socket does not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cortexd.model.activation import ATTEMPTS, Activator

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def address(path: Path, replies: list[bytes]) -> Iterator[list[int]]:
    """Answers one connection with each of the replies, an empty one by letting it go."""
    asked: list[int] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(5)

        def serve() -> None:
            for reply in replies:
                connection, _ = listening.accept()
                with connection:
                    asked.append(len(connection.recv(4096)))
                    connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield asked
        finally:
            thread.join()


async def woken(path: Path, times: int = 1) -> bool:
    activator = Activator()
    for _ in range(times):
        activator.activate(f"unix:{path}", 5.0)
    assert activator.is_active
    while activator.is_active:
        await asyncio.sleep(0.01)
    activator.cancel()
    return True


def test_one_request_wakes_however_many_wait(tmp_path: Path) -> None:
    with address(tmp_path / "s", [OK]) as asked:
        assert asyncio.run(woken(tmp_path / "s", times=5))
    assert len(asked) == 1


def test_a_connection_let_go_is_tried_again(tmp_path: Path) -> None:
    with address(tmp_path / "s", [b"", OK]) as asked:
        assert asyncio.run(woken(tmp_path / "s"))
    assert len(asked) == 2


def test_a_few_times_and_no_more(tmp_path: Path) -> None:
    with address(tmp_path / "s", [b""] * ATTEMPTS) as asked:
        assert asyncio.run(woken(tmp_path / "s"))
    assert len(asked) == ATTEMPTS


def test_nobody_there_ends_it(tmp_path: Path) -> None:
    assert asyncio.run(woken(tmp_path / "none"))
