"""What watching costs: processor time, wake-ups, memory with much to remember, replies.

Idle means: every source is on, packages have been read once, nobody asks anything.  The
big database holds 10,000 alerts and a day of samples of a dozen series.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.measure import MIB, connect, percentile, resident_bytes
from benchmarks.programs import Bench, Daemon
from benchmarks.report import Outcome, Result
from cortexd.alerts.store import Store
from tests.support.alert_stock import alert

CPU_LIMIT_PERCENT = 0.5
WAKEUPS_LIMIT = 20.0  # a second
RSS_LIMIT_MIB = 40.0
P50_LIMIT_MS, P99_LIMIT_MS = 5.0, 25.0

IDLE_S, QUICK_IDLE_S = 60.0, 15.0
PACKAGES_READ_S = 120.0
ALERTS = 10_000
SERIES = ("cpu", "load", "memory", "swap", "pressure_cpu", "pressure_memory", "pressure_io",
          *(f"disk /mnt/{number}" for number in range(5)))  # fmt: skip
DAY_MINUTES = 24 * 60
RATE, ASKED_S, QUICK_ASKED_S = 100, 10.0, 3.0
STATE = "cortex/alerts.db"


def run(bench: Bench) -> Iterator[Outcome]:
    """Idle first, then with the big database."""
    with bench.cortexd() as daemon:
        yield from idle(daemon, QUICK_IDLE_S if bench.quick else IDLE_S)
    fill(bench.folder / STATE)
    with bench.cortexd() as daemon:
        seconds = QUICK_ASKED_S if bench.quick else ASKED_S
        for command in ("health", "alerts"):
            times = ask(daemon.socket, {"command": command}, seconds)
            for percent, limit in ((50, P50_LIMIT_MS), (99, P99_LIMIT_MS)):
                what = f"{command} at {RATE} requests/s, p{percent}"
                yield Result("monitor", what, percentile(times, percent) * 1000, limit, "ms")
        ask(daemon.socket, {"command": "health.history", "params": {"minutes": 1440}}, 0.05)
        ask(daemon.socket, {"command": "alerts", "params": {"limit": 1000}}, 0.05)
        time.sleep(6.0)  # a turn of the monitor
        rss = resident_bytes(daemon.pid) / MIB
        what = f"memory, {ALERTS:,} alerts and 24 h of samples"
        yield Result("monitor", what, rss, RSS_LIMIT_MIB, "MiB")


def idle(daemon: Daemon, seconds: float) -> Iterator[Outcome]:
    """Processor time and wake-ups while nothing happens; children count as well."""
    wait_for_packages(daemon)
    process = psutil.Process(daemon.pid)
    cpu, wakeups = used(process), switches(daemon.pid)
    begun = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - begun
    share = 100 * (used(process) - cpu) / took
    yield Result("monitor", "idle, share of one core", share, CPU_LIMIT_PERCENT, "%")
    rate = (switches(daemon.pid) - wakeups) / took
    yield Result("monitor", "idle, wake-ups a second", rate, WAKEUPS_LIMIT, "/s")


def wait_for_packages(daemon: Daemon) -> None:
    """Until the package lists have been read, where the machine has any."""
    deadline = time.monotonic() + PACKAGES_READ_S
    known = Path("/var/lib/apt/lists").is_dir()
    while known and time.monotonic() < deadline:
        with connect(daemon.socket) as connection:
            connection.sendall(b'{"command":"health"}\n')
            reply = json.loads(connection.makefile("rb").readline())
        if reply["data"]["pending_updates"] is not None:
            break
        time.sleep(1.0)
    time.sleep(10.0)  # what it raised, it has raised


def used(process: psutil.Process) -> float:
    """Seconds of processor time, those of ended children too.

    The scheduler counts nanoseconds; the figures of ``cpu_times`` come in ticks of 10 ms.
    """
    tasks = Path(f"/proc/{process.pid}/task").iterdir()
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    children = process.cpu_times()
    return own + float(children.children_user + children.children_system)


def switches(pid: int) -> int:
    """How often any of its threads has gone to sleep, and so was woken."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def fill(path: Path) -> None:
    """Write the big database."""
    path.unlink(missing_ok=True)
    store = Store(path)
    store.save(*(alert(number) for number in range(ALERTS)))
    now = int(time.time() // 60)
    for minute in range(now - DAY_MINUTES, now):
        store.add_samples(minute, dict.fromkeys(SERIES, float(minute % 100)))
    store.close()


def ask(path: Path, request: dict[str, object], seconds: float) -> list[float]:
    """Ask at a steady rate; how long each reply took."""
    line = json.dumps(request).encode() + b"\n"
    times = []
    with connect(path) as connection, connection.makefile("rb") as replies:
        begun = time.perf_counter()
        for number in range(max(1, int(seconds * RATE))):
            time.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
            asked = time.perf_counter()
            connection.sendall(line)
            if not replies.readline().startswith(b'{"status":"ok"'):
                raise RuntimeError("an error reply")
            times.append(time.perf_counter() - asked)
    return times
