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
        (found,) = await evidence.collect(alert(kind=kind), Scene(worker))
        worker.close()
        return found["lines"]

    return asyncio.run(go())


def test_memory() -> None:
    eater = [sys.executable, "-c", "x = b'x' * 400_000_000; print(); input()"]
    with subprocess.Popen(eater, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = lines("memory")
        process.kill()
    (mine,) = [line for line in found if f"(pid {process.pid})" in line]
    assert 380 < int(mine.split(" MiB ")[0]) < 450


def test_processor_time() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        found = lines("cpu")
        process.kill()
    assert any(f"(pid {process.pid})" in line for line in found)
    assert len(found) <= 8
