"""Another user's and root's ping while one user attacks at full power.

Each attack has a daemon of its own, with the default limits.  The attacker is a process of a
user of its own, so that the kernel vouches for who is who; without root this is skipped.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.hostile_user import ALICE, ATTACKS, MALLORY, asking, attacking, pinging
from benchmarks.measure import MIB, percentile
from benchmarks.programs import Bench, Daemon
from benchmarks.report import Outcome, Result, Skipped
from tests.support.fake_llm import FakeLlm, say

SECONDS, QUICK_SECONDS = 20.0, 2.0
PING_LIMIT_MS = 25.0
MEMORY_LIMIT_MIB = 200.0
# The fair turn of a question: those that run when it comes, and the attacker's next.  The model
# takes ANSWER_S for each.
ANSWER_S = 0.1
ANSWER_LIMIT_S = 1.0
# Interpreter and Jinja2 start for each template, at the lowest priority beside the attacker's.
TEMPLATE_LIMIT_S = 4.0
SETTLE_S = 0.5  # until the attack has begun
LIMITS = "llm: {url: '%s'}\n"


def run(bench: Bench) -> Iterator[Outcome]:
    """One attack after the other."""
    if os.geteuid() != 0:
        yield Skipped("hostile", "pings during attacks", "becoming other users needs root")
        return
    seconds = QUICK_SECONDS if bench.quick else SECONDS
    bench.folder.chmod(0o755)
    peaks: list[float] = []
    restarts = 0
    for name in ATTACKS:
        with FakeLlm(bench.folder / "llm.sock") as llm, bench.cortexd(llm.url, LIMITS) as daemon:
            llm.chat = say("x", wait=ANSWER_S)
            times, asked = during(daemon, name, seconds)
            peaks.append(peak_bytes(daemon.pid) / MIB if is_alive(daemon) else 0.0)
            restarts += not is_alive(daemon)
        for who, taken in times.items():
            note = f"p50 {statistics.median(taken):.2g} ms of {len(taken)}; {peaks[-1]:.0f} MiB"
            title = f"{who} ping p99, {name}"
            yield Result("hostile", title, percentile(taken, 99), PING_LIMIT_MS, "ms", note=note)
        title = f"another user's answer p99, {name}"
        limit_s = TEMPLATE_LIMIT_S if name == "templates" else ANSWER_LIMIT_S
        note = f"slowest {max(asked):.2g} s of {len(asked)}"
        yield Result("hostile", title, percentile(asked, 99), limit_s, "s", note=note)
    yield Result("hostile", "peak memory of the daemon", max(peaks), MEMORY_LIMIT_MIB, "MiB")
    yield Result("hostile", "daemons that ended", restarts, 0, "")


def during(
    daemon: Daemon, attack: str, seconds: float
) -> tuple[dict[str, list[float]], list[float]]:
    """Milliseconds of pings during an attack, and seconds of answers."""
    template = "<{{ prompt }}>" if attack == "templates" else None
    with attacking(daemon.socket, ATTACKS[attack], MALLORY):
        time.sleep(SETTLE_S)
        with (
            asking(daemon.socket, ALICE, seconds, template) as answers,
            pinging(daemon.socket, ALICE, seconds) as alice,
            pinging(daemon.socket, 0, seconds) as root,
        ):
            times = {"another user's": alice(), "root's": root()}
            return times, answers()


def is_alive(daemon: Daemon) -> bool:
    """Whether the daemon still runs."""
    return daemon.process.poll() is None


def peak_bytes(pid: int) -> int:
    """The most memory in RAM that a process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory; has it ended?")
