from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cortexd.monitoring.pressure import PressureTrigger


def test_where_the_kernel_has_none(tmp_path: Path) -> None:
    async def go() -> None:
        trigger = PressureTrigger(lambda: None, tmp_path / "memory")
        assert not trigger.open()
        trigger.close()

    asyncio.run(go())


NEEDS_TRIGGERS = pytest.mark.skipif(
    not os.access("/proc/pressure/memory", os.W_OK), reason="no PSI triggers"
)


@NEEDS_TRIGGERS
def test_the_trigger_is_taken_and_let_go() -> None:
    async def go() -> None:
        trigger = PressureTrigger(lambda: None)
        opened = trigger.open()
        assert trigger.open() == opened or not opened
        trigger.close()
        trigger.close()

    before = set(Path("/proc/self/fd").iterdir())
    asyncio.run(go())
    assert len(set(Path("/proc/self/fd").iterdir())) <= len(before)


@NEEDS_TRIGGERS
def test_real_pressure_wakes_the_loop() -> None:
    """That of processors, which a test can make anywhere: four that want the same one."""

    async def go() -> None:
        fired = asyncio.Event()
        trigger = PressureTrigger(fired.set, Path("/proc/pressure/cpu"))
        assert trigger.open()
        processor = min(os.sched_getaffinity(0))
        busy = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"import os\nos.sched_setaffinity(0, {{{processor}}})\nwhile True: pass",
                ]
            )
            for _ in range(4)
        ]
        try:
            for _ in range(2):  # and again, while it lasts
                async with asyncio.timeout(20):
                    await fired.wait()
                fired.clear()
        finally:
            trigger.close()
            for process in busy:
                process.kill()
                process.wait()

    asyncio.run(go())
