"""``python -m cortex_llm.supervise``: what `serve --journal-requests` becomes.

The engine is its child, already started, on a private socket. This process relays the public
socket to it, tells the journal of requests, and

* has the public socket only while the engine takes connections: cortexd tells by that file
  whether the model is loaded;
* ends as the engine ends, with its exit status or by its signal, so that systemd sees what
  it would have seen;
* passes a stop on: clients are hung up, and an engine that does not end is told again
  (llama-server waits for streams for ever and leaves at the second signal), then killed.
  A stop that was asked for ends with 0.

Started afresh rather than kept from `serve`: 12 MB instead of 25, all the time.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time

from cortex_llm.exchanges import Observer, Outcome
from cortex_llm.journal import Journal
from cortex_llm.relay import Relay
from cortex_llm.requestlog import RequestLog

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: Blocked by `serve` from before the engine is there until this program listens to them.
SIGNALS = (*STOP_SIGNALS, signal.SIGCHLD)
#: After so many seconds of a stop the engine gets these. llama-cpp-python needs up to 2;
#: TimeoutStopSec= of the unit is above.
INSISTING = ((0.5, signal.SIGTERM), (4.0, signal.SIGKILL))
DELIVERY_S = 1.0  # for the last words of an engine that has ended
POLL_FIRST_S, POLL_LAST_S, POLL_GROWTH = 0.005, 0.1, 1.3  # until the engine listens
OWN_DESCRIPTORS = 32  # of the limit; a connection takes two of the others
#: The engine has a thread for each, and aborts when it cannot start one: well below TasksMax= of
#: the unit. More clients wait in the socket's backlog.
MAX_CONNECTIONS = 128
EXIT_FAILED = 1


class Supervisor:
    """One engine, from when it has been started to its end."""

    def __init__(self, pid: int, inner: str, public: str) -> None:
        log = RequestLog(Journal())
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        most = max(1, min(MAX_CONNECTIONS, (limit - OWN_DESCRIPTORS) // 2))
        self._relay = Relay(inner, lambda: Observer(log.log_start, log.log_end), most)
        self._pid = pid
        self._inner = inner
        self._public = public
        self._open = False  # whether the public socket is there
        self._stopping: float | None = None  # since when, by the monotonic clock
        self._insisted = 0  # how often
        self._failed = False  # whether the stop was for a reason of our own
        self._wakeup, writer = socket.socketpair()
        self._writer = writer
        for end in (self._wakeup, writer):
            end.setblocking(False)
        self._relay.watch(self._wakeup.fileno(), select.EPOLLIN, self._on_signal)

    def run(self) -> int:
        """Until the engine has ended; returns the exit status, or dies of its signal."""
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        pause = POLL_FIRST_S
        while (status := self._read_end()) is None:
            if self._stopping is not None:
                self._relay.step(self._insist(self._stopping))
            elif not self._open and not self._try_to_open():
                self._relay.step(pause)
                pause = min(pause * POLL_GROWTH, POLL_LAST_S)
            else:
                self._relay.step(None)
        self._shut()
        self._deliver()
        self._relay.close()
        with contextlib.suppress(FileNotFoundError):  # left by an engine that was killed
            os.unlink(self._inner)  # noqa: PTH108 - pathlib would cost a megabyte
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(self._inner))  # noqa: PTH106, PTH120
        if self._stopping is not None:
            return EXIT_FAILED if self._failed else 0
        return exit_like(os.waitstatus_to_exitcode(status))

    def _read_end(self) -> int | None:
        """The engine's wait status once it has ended."""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        return status if pid else None

    def _try_to_open(self) -> bool:
        """Listen for clients if the engine does."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(self._inner)
            except OSError:
                return False
        try:
            self._relay.listen(self._public)
        except OSError as error:
            sys.stderr.write(f"error: cannot listen at {self._public}: {error.strerror}\n")
            self._failed = True
            self._stop()
        else:
            self._open = True
        return True

    def _on_signal(self, _events: int) -> None:
        numbers = self._wakeup.recv(64)
        if self._stopping is None and any(number in STOP_SIGNALS for number in numbers):
            self._stop()

    def _stop(self) -> None:
        self._stopping = time.monotonic()
        self._shut()
        self._relay.hang_up(Outcome.STOPPED)
        os.kill(self._pid, signal.SIGTERM)

    def _insist(self, since: float) -> float | None:
        """Signal again when it is time; seconds until the next time, None when there is none."""
        while self._insisted < len(INSISTING):
            after, number = INSISTING[self._insisted]
            if (left := since + after - time.monotonic()) > 0:
                return left
            os.kill(self._pid, number)
            self._insisted += 1
        return None

    def _deliver(self) -> None:
        """What the engine said before it ended still goes to those who read it."""
        until = time.monotonic() + DELIVERY_S
        while self._relay.connections and (left := until - time.monotonic()) > 0:
            self._relay.step(left)
        self._relay.hang_up(Outcome.BROKEN)

    def _shut(self) -> None:
        """First of all the file goes: who sees it counts on the model."""
        if self._open:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._public)  # noqa: PTH108
            self._relay.stop_listening()
            self._open = False


def exit_like(code: int) -> int:
    """The same end: an exit status is returned, of a signal this process dies."""
    if code >= 0:
        return code
    sys.stderr.flush()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the core worth having is the engine's
    with contextlib.suppress(OSError):  # SIGKILL has no handler to be taken away
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return EXIT_FAILED  # pragma: no cover - a signal that does not end a process ended one


def build_argv(pid: int, inner: str, public: str) -> tuple[str, ...]:
    """The command line of this program for an engine with this process id."""
    return (sys.executable, "-P", "-m", "cortex_llm.supervise", str(pid), inner, public)


def main() -> int:
    """PID ENGINE-SOCKET PUBLIC-SOCKET."""
    pid, inner, public = sys.argv[1:]
    return Supervisor(int(pid), inner, public).run()


if __name__ == "__main__":
    sys.exit(main())
