"""Both services as the current user: ``up`` starts them and waits for an answer, ``down`` stops
exactly those.

Everything is in the runtime folder: sockets, pid records, logs.  ``up`` is done when the model
has generated a token; if that fails, what it started is stopped again and the log says why.
One ``up`` or ``down`` runs at a time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cortex_cli import lockfile, native_libraries, output, processes
from cortex_cli.errors import Failure
from cortex_cli.services import model_server, model_trial
from cortex_cli.services.model_server import Records
from cortex_cli.settings import SOCKET_NAME, make_runtime_dir, runtime_dir
from cortexd.api.client import Client
from cortexd.api.errors import CortexError, DaemonUnreachable, LlmUnavailable, ModelNotLoaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cortex_cli.processes import Process
    from cortex_cli.settings import Settings

# cortexd drains for 10 s; a model server has nothing to save.
STOP_GRACE_S = 13.0
DAEMON_READY_S = 15.0
# Enough for several gigabytes from a slow disk.
MODEL_READY_S = 300.0
POLL_S = 0.05
LOG_LINES = 6
# These describe the service that we may be running in, not those that we start.
SYSTEMD_VARIABLES = frozenset(
    {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}
)


@dataclass(frozen=True, slots=True)
class Service:
    """One of the two services: its module, and its files in the runtime folder."""

    name: str
    command: tuple[str, ...]
    folder: Path

    @property
    def pid_file(self) -> Path:
        """Where its process is recorded."""
        return self.folder / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.folder / f"{self.name}.log"

    def process(self) -> Process | None:
        """Return its process, if ``up`` started one that is still running."""
        return processes.read_record(self.pid_file)

    def start(self, environ: dict[str, str]) -> Process:
        """Start and record it; keep the log of the previous run as ``.log.1``."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        inherited = {
            name: value for name, value in environ.items() if name not in SYSTEMD_VARIABLES
        }
        process = processes.spawn([sys.executable, "-P", "-m", *self.command], inherited, self.log)
        processes.write_record(self.pid_file, process)
        return process

    def stop(self) -> bool:
        """Stop it and remove its record; False if it was not running."""
        process = self.process()
        if process is not None and not processes.stop(process, STOP_GRACE_S):
            output.talk(f"{self.name} did not stop within {STOP_GRACE_S:g} s and was killed")
        self.pid_file.unlink(missing_ok=True)
        return process is not None

    def explain_exit(self) -> Failure:
        """Return the error for an unexpected exit, with its cause if known."""
        tail = processes.read_log_tail(self.log, LOG_LINES)
        report = native_libraries.Report(native_libraries.find_missing("\n".join(tail)))
        if report.libraries:
            return Failure(f"{self.name} cannot start: {report.message}", hint=report.hint)
        lines = "".join(f"\n  {line}" for line in tail)
        return Failure(
            f"{self.name} exited unexpectedly. Last output:{lines}",
            hint=f"see the whole log: {self.log}",
        )


def daemon_service(folder: Path) -> Service:
    """Return this user's cortexd."""
    return Service("cortexd", ("cortexd",), folder)


def llm_service(folder: Path) -> Service:
    """Return this user's model server."""
    return Service("cortex-llm", ("cortex_llm", "serve", "--trial"), folder)


@dataclass(frozen=True, slots=True)
class UpResult:
    """What is running after ``up``."""

    socket: Path
    started: tuple[str, ...]
    model: str | None
    state: str
    profile: str | None


def up(settings: Settings, model: Path | None = None, *, tested: bool = False) -> UpResult:
    """Start what is not running, and wait until the model is ready.

    Another ``model`` than the running one takes its place, once it has been ``tested``; if it
    does not load, the old one comes back.

    Raises:
        Failure: a service exited or did not become ready; what was started is stopped again.
        AlreadyReported: the other model does not run; nothing was changed.
    """
    folder = make_runtime_dir(settings.environ)
    socket = settings.find_named_socket() or folder / SOCKET_NAME
    model = model.absolute() if model is not None else None
    with lockfile.hold(folder / "lock", "up or down"):
        records, llm = Records(folder), llm_service(folder)
        previous = records.read_model()
        switches = model is not None and model != previous and llm.process() is not None
        started: list[Service] = []
        try:
            if llm.process() is None:
                records.write(model_server.choose_url(settings.environ, records), model)
            _start_daemon(settings, folder, socket, records.read_url(), started)
            if switches:
                if not tested:
                    model_trial.run(str(model), settings.environ)
                output.talk(f"switching to {model}")
                llm.stop()
            if llm.process() is None:
                started.append(llm)
                _start_llm(settings, folder, model, socket)
            status = _wait_for_model(socket, folder)
        except BaseException:
            for service in reversed(started):
                service.stop()
            if switches and llm in started:
                _switch_back(settings, folder, previous, socket)
            raise
    names = tuple(service.name for service in started)
    return UpResult(
        socket, names, status.get("model"), str(status.get("state")), status.get("profile")
    )


def down(settings: Settings) -> list[str]:
    """Stop what ``up`` started; return the names of the services that were running."""
    folder = runtime_dir(settings.environ)
    if not folder.is_dir():
        return []
    make_runtime_dir(settings.environ)
    with lockfile.hold(folder / "lock", "up or down"):
        services = (daemon_service(folder), llm_service(folder))
        stopped = [service.name for service in services if service.stop()]
        Records(folder).forget()
    return stopped


def _start_llm(settings: Settings, folder: Path, model: Path | None, socket: Path) -> None:
    """Start the model server at its recorded address, with what cortexd has configured."""
    records = Records(folder)
    configured = (_request(socket, "config.get") or {}).get("config", {}).get("llm", {})
    url = records.read_url()
    records.write(url, model)
    output.talk("starting the model server …")
    llm_service(folder).start(model_server.build_environ(settings.environ, url, model, configured))


def _switch_back(settings: Settings, folder: Path, previous: Path | None, socket: Path) -> None:
    """Load the model again that was there before a switch that failed; does not wait for it."""
    output.talk(f"going back to {previous or 'the previous model'}")
    _start_llm(settings, folder, previous, socket)


def _start_daemon(
    settings: Settings, folder: Path, socket: Path, url: str, started: list[Service]
) -> None:
    service = daemon_service(folder)
    if service.process() is None:
        environ = {
            **settings.environ,
            "CORTEX_SOCKET": str(socket),
            "CORTEXD_LLM_URL": url,
            "CORTEXD_LLM_UNIT": "none",  # the system's unit is somebody else's
        }
        output.talk("starting cortexd …")
        started.append(service)
        service.start(environ)

    def ready() -> dict[str, Any] | None:
        status = _request(socket, "status")
        process = service.process()
        if status and process and status["pid"] != process.pid:
            raise Failure(
                f"another cortexd (pid {status['pid']}) uses the socket {socket}",
                hint="choose another socket with --socket or CORTEX_SOCKET",
            )
        return status

    _wait_until_ready(DAEMON_READY_S, "cortexd", [service], ready)


def _wait_for_model(socket: Path, folder: Path) -> dict[str, Any]:
    def ready() -> dict[str, Any] | None:
        status = _request(socket, "llm.status")
        return (
            status
            if status and status["state"] == "ready" and _answers_with_token(socket)
            else None
        )

    watched = [daemon_service(folder), llm_service(folder)]
    return _wait_until_ready(MODEL_READY_S, "the model", watched, ready)


def _answers_with_token(socket: Path) -> bool:
    # A model server that has just been replaced may still be reported as ready.
    try:
        with Client(socket, timeout_s=MODEL_READY_S) as client:
            client.call("inference", prompt="Hello", max_tokens=1)
    except (LlmUnavailable, ModelNotLoaded, DaemonUnreachable):
        return False
    return True


def _wait_until_ready(
    limit_s: float, what: str, watched: list[Service], ready: Callable[[], dict[str, Any] | None]
) -> dict[str, Any]:
    deadline = time.monotonic() + limit_s
    with output.Waiting(f"waiting for {what}"):
        while True:
            if status := ready():
                return status
            for service in watched:
                if service.process() is None:
                    raise service.explain_exit()
            if time.monotonic() > deadline:
                logs = ", ".join(str(service.log) for service in watched)
                raise Failure(
                    f"{what} was not ready within {limit_s:g} s", hint=f"see the logs: {logs}"
                )
            time.sleep(POLL_S)


def _request(socket: Path, command: str) -> dict[str, Any] | None:
    try:
        with Client(socket, timeout_s=DAEMON_READY_S) as client:
            return client.call(command)
    except DaemonUnreachable:
        return None
    except CortexError as error:
        raise Failure(f"cortexd refused {command}: {error.message}", hint=error.hint) from error


def find_logs(settings: Settings) -> list[Path]:
    """Return the logs of the services that ``up`` started and that are running."""
    folder = runtime_dir(settings.environ)
    services = (daemon_service(folder), llm_service(folder))
    return [service.log for service in services if service.process() and service.log.exists()]


def show_logs(logs: list[Path], *, follow: bool, lines: int, request: str | None) -> None:
    """Show the last ``lines`` of the logs, or those that name ``request``; escaped.

    With ``follow`` new lines are shown until Ctrl-C.

    Raises:
        Failure: a log cannot be read.
    """
    argv = ["tail", "--lines", str(lines if request is None else "+1")]
    argv += ["--follow=name", "--retry"] if follow else []
    argv += ["--quiet" if request is not None else "--verbose", "--", *map(str, logs)]
    try:
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, errors="replace") as tail:
            for line in tail.stdout or ():
                if request is None or request in line:
                    output.data(line.rstrip("\n"))
    except OSError as error:
        raise Failure(
            f"cannot run tail: {error.strerror}", hint=f"the logs are in {logs[0].parent}"
        ) from error
