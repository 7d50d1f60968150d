"""The programs that are measured, started for one benchmark and stopped by their pid.

Nothing of this machine's settings gets in: the daemon reads a configuration made here.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cortex_llm.nano.builtin import find_builtin_model
from tests.support.model_server import CHECKOUT, ModelServer, clean_environment, model_server
from tests.support.tiny_gguf import write_model

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
SOURCES = Path(__file__).parent

# A rate limit is for users; a benchmark asks as fast as it can. 1,000 idle clients are
# measured beside a busy one, which is one more than the default allows.
CONFIG = """\
limits: {max_connections: 1200, requests_per_second: 1000000, request_burst: 1000000}
llm: {url: "%s"}
"""
CORTEX = (sys.executable, "-m", "cortex_cli")
NO_MODEL = "http://127.0.0.1:9"  # the discard port: nobody listens


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running cortexd; ``ready_ms`` is the time from its exec to READY=1."""

    socket: Path
    process: subprocess.Popen[bytes]
    ready_ms: float

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid


@dataclass(frozen=True, slots=True)
class Bench:
    """What a benchmark is given: whether to be quick, and a folder of its own."""

    quick: bool
    folder: Path

    @contextlib.contextmanager
    def cortexd(self, llm_url: str = NO_MODEL, settings: str = CONFIG) -> Iterator[Daemon]:
        """Run the daemon until the end of the block."""
        config = self.folder / "daemon.yaml"
        config.write_text(settings % llm_url)
        path = self.folder / "cortexd.sock"
        notify = self.folder / "notify.sock"
        notify.unlink(missing_ok=True)
        environment = clean_environment(
            CORTEX_SOCKET=str(path), NOTIFY_SOCKET=str(notify), XDG_STATE_HOME=str(self.folder)
        )
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
            (self.folder / "cortexd.log").open("ab") as log,
        ):
            notified.bind(str(notify))
            notified.settimeout(START_TIMEOUT_S)
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "cortexd", "--config", str(config)],
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            with _stopped(process):
                while b"READY=1" not in notified.recv(4096):
                    pass
                yield Daemon(path, process, (time.perf_counter() - started) * 1000)

    def user_environment(self, daemon: Daemon) -> dict[str, str]:
        """The environment of a command: this daemon, and a home with nothing in it."""
        home = {"HOME": str(self.folder), "PYTHONPATH": str(CHECKOUT)}
        own = {name: str(self.folder / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
        return clean_environment(CORTEX_SOCKET=str(daemon.socket), **home, **own)

    @contextlib.contextmanager
    def baseline(self) -> Iterator[Path]:
        """Run the C server until the end of the block; gives its socket."""
        path = self.folder / "baseline.sock"
        path.unlink(missing_ok=True)
        process = subprocess.Popen([self.compiled("baseline_server"), str(path)])
        with _stopped(process):
            deadline = time.monotonic() + START_TIMEOUT_S
            while not path.is_socket():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the C server did not start")
                time.sleep(0.005)
            yield path

    def compiled(self, name: str) -> str:
        """The C program ``name``, compiled when first asked for."""
        program = self.folder / name
        if not program.exists():
            compiler = c_compiler()
            if compiler is None:
                raise RuntimeError("no C compiler")
            source = SOURCES / f"{name}.c"
            subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
        return str(program)

    @contextlib.contextmanager
    def builtin_model(self) -> Iterator[ModelServer]:
        """Run the model that comes with Cortex until the end of the block."""
        with model_server(self.folder, model=find_builtin_model()) as server:
            yield server

    @contextlib.contextmanager
    def model(
        self, *, small: bool = False, parallel: int = 1, journalled: bool = False
    ) -> Iterator[ModelServer]:
        """Run the real model server until the end of the block.

        The model has random weights and the size of the built-in one (31 million
        parameters), so that a token costs what it costs there; ``small`` makes one that
        is there at once, for benchmarks that are not about tokens. ``journalled``: as in the
        unit, on a Unix socket behind the relay.
        """
        path = self.folder / ("small.gguf" if small else "31m.gguf")
        if small and not path.exists():
            write_model(path, context=8192)
        elif not path.exists():
            write_model(path, layers=8, d_model=512, heads=8, ff=1408, vocab=8192)
        context = "8192" if small else "1024"
        flags = {"CORTEX_LLM_PARALLEL": str(parallel), "CORTEX_LLM_CTX_SIZE": context}
        options = ["--journal-requests"] if journalled else []
        with model_server(
            self.folder, model=path, env=flags, unix=journalled, options=options
        ) as server:
            yield server


def c_compiler() -> str | None:
    """A C compiler, if there is one."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


@contextlib.contextmanager
def bench(quick: bool) -> Iterator[Bench]:
    """A benchmark's surroundings; the folder is short enough for socket paths."""
    with tempfile.TemporaryDirectory(prefix="cortex-bench-", dir="/tmp") as folder:
        yield Bench(quick, Path(folder))


@contextlib.contextmanager
def _stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
