from __future__ import annotations

import asyncio

from cortexd import evidence
from cortexd.evidence.scene import Scene
from cortexd.rules import KINDS
from cortexd.worker import Worker
from tests.support.alert_stock import alert


def test_kinds_without_a_collector_have_no_evidence_of_that_kind() -> None:
    async def go() -> None:
        worker = Worker("w")
        assert await evidence.collect(alert(kind="reboot"), Scene(worker)) == []
        worker.close()

    asyncio.run(go())


def test_every_collector_belongs_to_a_kind() -> None:
    assert set(evidence.COLLECTORS) <= set(KINDS)
