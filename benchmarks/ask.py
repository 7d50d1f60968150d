"""How soon ``cortex ask`` prints the first of the answer after the model's first token.

A relay stands between the daemon and the real model server and notes when the first token
passes; its own hop counts as part of the time.
"""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator

from benchmarks.programs import CORTEX, Bench
from benchmarks.report import Outcome, Result

LIMIT_MS = 100.0
RUNS, QUICK_RUNS = 15, 7
TOKEN = b'"content":"'
# Nobody but a model answers this: no catalogue knows it.
QUESTION = "Which colours does lighttpd prefer?"
# The model's weights are random: with more, it repeats itself at times, which is no answer.
MAX_TOKENS = "4"
END_TIMEOUT_S = 10.0


def run(bench: Bench) -> Iterator[Outcome]:
    """Ask again and again; the first time, which builds the package index, does not count."""
    times = []
    with (
        bench.model(small=True) as server,
        Relay(server.port or 0) as relay,
        bench.cortexd(relay.url) as daemon,
    ):
        environment = bench.user_environment(daemon)
        for _ in range(1 + (QUICK_RUNS if bench.quick else RUNS)):
            relay.first_token_at = 0.0
            printed_at = first_byte(environment)
            if not 0 < relay.first_token_at < printed_at:
                raise RuntimeError("the answer did not come from the model")
            times.append((printed_at - relay.first_token_at) * 1000)
    title = "cortex ask: first byte after the model's first token"
    yield Result("ask", title, statistics.median(times[1:]), LIMIT_MS, "ms")


def first_byte(environment: dict[str, str]) -> float:
    """Run the command; when its first byte came out."""
    command = [*CORTEX, "ask", "--max-tokens", MAX_TOKENS, QUESTION]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        first = os.read(process.stdout.fileno(), 1)
        printed_at = time.perf_counter()
        _, errors = process.communicate()
    if not first or process.returncode:
        raise RuntimeError(f"cortex ask failed: {errors.decode(errors='replace').strip()}")
    return printed_at


class Relay:
    """Passes TCP connections on, and notes when a token went by."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self.first_token_at = 0.0

    @property
    def url(self) -> str:
        """Where the daemon finds the model server."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Relay:
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        # closing alone would leave a thread in accept() or recv()
        for connection in [self._listening, *self._open]:
            with contextlib.suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(END_TIMEOUT_S)
        for connection in [self._listening, *self._open]:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._open += [client, server]
            for source, target in ((client, server), (server, client)):
                thread = threading.Thread(target=self._pass_on, args=(source, target))
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if TOKEN in data and not self.first_token_at:
                    self.first_token_at = time.perf_counter()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return  # one side has gone; the other thread sees it too
