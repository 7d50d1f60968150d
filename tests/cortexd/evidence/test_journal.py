"""The lines themselves are read on a real systemd, in tests/cortexd/sources/test_units.py."""

from __future__ import annotations

import asyncio

import pytest

from cortexd import evidence
from cortexd.evidence.scene import Scene
from cortexd.worker import Worker
from tests.support.alert_stock import alert


@pytest.mark.parametrize("unit", ["", "*", "--vacuum-time=1s\n", "a b", "x" * 300])
def test_only_names_of_units_reach_journalctl(unit: str) -> None:
    async def go() -> None:
        worker = Worker("w")
        subject = alert(kind="unit_failed", metadata={"unit": unit})
        assert await evidence.collect(subject, Scene(worker)) == []
        worker.close()

    asyncio.run(go())
