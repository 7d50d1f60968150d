from __future__ import annotations

import asyncio
import subprocess
import sys

from cortexd import evidence
from cortexd.evidence.scene import Scene
from cortexd.worker import Worker
from tests.support.alert_stock import alert
from tests.support.daemon import eventually


def lines(kind: str) -> list[str]:
    async def go() -> list[str]:
        worker = Worker("w")
        (page,) = await evidence.collect(alert(kind=kind), Scene(worker))
        worker.close()
        return page["lines"]

    return asyncio.run(go())


def test_memory() -> None:
    eater = [sys.executable, "-c", "x = b'x' * 400_000_000; print(); input()"]
    with subprocess.Popen(eater, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        listed = lines("memory")
        process.kill()
    (line,) = [line for line in listed if f"(pid {process.pid})" in line]
    assert 380 < int(line.split(" MiB ")[0]) < 450


def test_cpu_time() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:  # where others are busy, too, it is not among the first at once
            listed = eventually(lambda: lists(process.pid), "the busy process is listed", 120.0)
        finally:
            process.kill()
    assert len(listed) <= 8


def lists(pid: int) -> list[str] | None:
    listed = lines("cpu")
    return listed if any(f"(pid {pid})" in line for line in listed) else None
