from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from cortexd.pressure import PressureTrigger


def test_where_the_kernel_has_none(tmp_path: Path) -> None:
    async def go() -> None:
        trigger = PressureTrigger(lambda: None, tmp_path)
        assert not trigger.open()
        trigger.close()

    asyncio.run(go())


@pytest.mark.skipif(not os.access("/proc/pressure/memory", os.W_OK), reason="no PSI triggers")
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
