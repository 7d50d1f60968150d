from __future__ import annotations

import asyncio
import subprocess
import sys

from cortexd import evidence
from cortexd.evidence.scene import Scene
from cortexd.worker import Worker
from tests.support.alert_stock import alert


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
        listed = lines("cpu")
        process.kill()
    assert any(f"(pid {process.pid})" in line for line in listed)
    assert len(listed) <= 8
