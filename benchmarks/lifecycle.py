"""The services' life under a real systemd: ready, restart, cold first token, idle memory.

Needs root: it boots a disposable machine and installs Cortex there, with a tiny model, so
that the figures are those of the services and not of somebody's weights.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result, Skipped
from tests.support import herd
from tests.support.machine import CHECKOUT, SCRIPT, Machine, machine, wait_for, why_not
from tests.support.tiny_gguf import write_model
from tests.support.wheels import wheelhouse

NAME = "lifecycle"
READY_LIMIT_MS = 500.0  # the daemon's 250 and the sandbox, which systemd sets up
GAP_LIMIT_MS = 1000.0  # nobody is refused; this is how long one has to wait
COLD_LIMIT_MS = 2000.0
IDLE_LIMIT_MB = 45.0
UNITS = ("cortexd.service", "cortex-llm.service", "cortex-llm-proxy.service")
MODEL = "/var/lib/cortex/models/tiny.gguf"
ROUNDS, QUICK_ROUNDS = 7, 3
SHARED = Path("~/.cache/cortex/tests").expanduser()
FIGURES = (
    "start of the service to READY",
    "longest wait of 200 clients in a restart",
    "cold first token, the model being loaded",
    "idle memory, the model unloaded",
)


def run(bench: Bench) -> Iterator[Outcome]:
    """Install once, then measure."""
    if reason := why_not():
        for what in FIGURES:
            yield Skipped(NAME, what, reason)
        return
    SHARED.mkdir(parents=True, exist_ok=True)
    tiny = write_model(SHARED / "tiny.gguf")
    rounds = QUICK_ROUNDS if bench.quick else ROUNDS
    with machine("lifecycle") as box:
        box.run("install", "-D", "-m", "644", str(tiny), MODEL)
        box.put("/etc/cortex/llm.env", f"CORTEX_LLM_MODEL_PATH={MODEL}\n", "600")
        install = str(CHECKOUT / "scripts/install.sh")
        box.run(install, "--wheels", str(wheelhouse()), timeout=300)
        yield Result(NAME, FIGURES[0], _ready_ms(box, rounds), READY_LIMIT_MS, "ms")
        yield Result(NAME, FIGURES[1], _gap_ms(box), GAP_LIMIT_MS, "ms", note="none lost")
        yield Result(NAME, FIGURES[2], _cold_ms(box, rounds), COLD_LIMIT_MS, "ms")
        yield Result(NAME, FIGURES[3], _idle_mb(box), IDLE_LIMIT_MB, "MB")


def _ready_ms(box: Machine, rounds: int) -> float:
    """From exec to READY=1, by systemd's own clock."""
    times = []
    for _ in range(rounds):
        box.run("systemctl", "restart", "cortexd")
        began = int(box.show("cortexd", "ExecMainStartTimestampMonotonic"))
        times.append((int(box.show("cortexd", "ActiveEnterTimestampMonotonic")) - began) / 1000)
        box.sh("systemctl reset-failed cortexd")
    return statistics.median(times)


def _gap_ms(box: Machine) -> float:
    argv = [str(SCRIPT), "exec", box.name, "--", "/usr/bin/python3", herd.__file__, "200", "4"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd="/")
    time.sleep(1.5)
    box.run("systemctl", "restart", "cortexd")
    result = json.loads(process.communicate(timeout=120)[0])
    if result["failures"]:
        raise RuntimeError(f"requests were lost: {result['failures']}")
    return float(result["longest_wait_s"]) * 1000


def _cold_ms(box: Machine, rounds: int) -> float:
    """First token of a request that finds nothing loaded, as the daemon's client sees it."""
    times = []
    for _ in range(rounds):
        box.run("systemctl", "stop", "cortex-llm")
        began = time.monotonic()
        reply = box.ask("inference", prompt="Hello", max_tokens=1)
        times.append((time.monotonic() - began) * 1000)
        if reply["status"] != "ok":
            raise RuntimeError(str(reply))
    return statistics.median(times)


def _idle_mb(box: Machine) -> float:
    box.run("systemctl", "stop", "cortex-llm")
    wait_for(lambda: box.show("cortex-llm", "ActiveState") == "inactive")
    figures = [box.show(unit, "MemoryCurrent") for unit in UNITS]
    held = sum(int(text) for text in figures if text.isdigit() and int(text) < 1 << 60)
    if held == 0:
        sys.stderr.write("lifecycle: no memory accounting here\n")
    return held / 1e6
