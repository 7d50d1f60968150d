from __future__ import annotations

import asyncio

from cortexd.alerts import remedies
from tests.support.alert_stock import alert

DISK = {"mount": "/a b"}


def test_many_are_written_by_one_child_each_batch() -> None:
    alerts = [alert(n, kind="disk_space", metadata=DISK, remedy="") for n in range(120)]
    assert asyncio.run(remedies.write(alerts))
    assert all("du -xh --max-depth=2 '/a b'" in written.remedy for written in alerts)


def test_a_template_that_fails_costs_only_its_remedy() -> None:
    alerts = [
        alert(kind="disk_space", metadata={}, remedy=""),
        alert(kind="no_such_kind", remedy=""),
        alert(kind="disk_space", metadata=DISK, remedy=""),
    ]
    assert asyncio.run(remedies.write(alerts))
    assert [bool(written.remedy) for written in alerts] == [False, False, True]


def test_nothing_to_write() -> None:
    assert asyncio.run(remedies.write([]))
