"""What a typed answer and a plan cost: wall and processor time of the whole process.

The package index and the compiled catalogues are there, as after the first question.  "Our own
work" is the processor time beyond that of ``cortex --version``: reading the question, the rooms
that answer it, and importing them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.programs import CORTEX, Bench
from benchmarks.report import Outcome, Result

LIMIT_WALL_MS = 200.0
LIMIT_OWN_MS = 50.0
LIMIT_PLAN_MS = 800.0
RUNS, QUICK_RUNS = 15, 7
# One of each kind: a fact, an action, an explanation, an error text.
QUESTIONS = (
    "how much memory is free?",
    "how do I list the open ports?",
    "what is an inode?",
    "what does permission denied mean?",
)
PLAN = ("install", "--dry-run", "make")


class Cost(NamedTuple):
    """Medians of one command, in ms."""

    wall_ms: float
    cpu_ms: float


def run(bench: Bench) -> Iterator[Outcome]:
    """Run each command again and again; the first time, which compiles, does not count."""
    runs = QUICK_RUNS if bench.quick else RUNS
    with bench.cortexd() as daemon:
        environment = bench.user_environment(daemon)
        base = measure(("--version",), environment, runs)
        answers = [measure(("ask", question), environment, runs) for question in QUESTIONS]
        plan = measure(PLAN, environment, runs)
    slowest = max(answer.wall_ms for answer in answers)
    own = max(answer.cpu_ms for answer in answers) - base.cpu_ms
    yield Result("typed", "a typed answer, the slowest of four kinds", slowest, LIMIT_WALL_MS, "ms")
    yield Result("typed", "of that our own work, CPU", own, LIMIT_OWN_MS, "ms")
    yield Result("typed", "install --dry-run", plan.wall_ms, LIMIT_PLAN_MS, "ms")


def measure(arguments: Sequence[str], environment: dict[str, str], runs: int) -> Cost:
    """Run ``cortex`` with ``arguments``, once more than ``runs``.

    Raises:
        RuntimeError: it failed.
    """
    command = [*CORTEX, *arguments]
    costs = []
    for _ in range(1 + runs):
        started = time.perf_counter()
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr
            errors = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall_ms = (time.perf_counter() - started) * 1000
        if process.returncode:
            sys.stderr.write(errors.decode(errors="replace"))
            raise RuntimeError(f"cortex {' '.join(arguments)} failed")
        costs.append(Cost(wall_ms, (used.ru_utime + used.ru_stime) * 1000))
    walls, cpus = zip(*costs[1:], strict=True)
    return Cost(statistics.median(walls), statistics.median(cpus))
