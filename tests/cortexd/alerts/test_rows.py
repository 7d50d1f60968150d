from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from cortexd.alerts.database import migrate
from cortexd.alerts.rows import COLUMNS, SAVE, build_where, from_row, matches, to_row
from cortexd.api.alert_params import AlertsParams
from tests.support.alert_stock import alert


def test_an_alert_survives_its_row() -> None:
    original = alert(3, open=True, analysis={"text": "t", "model": "m", "evidence": ["e"]})
    assert from_row(to_row(original)) == original


@pytest.mark.parametrize(
    "filters",
    [{}, {"severity": "error"}, {"min_severity": "error"}, {"type": "oom_kill"},
     {"status": "active", "min_severity": "warning"}, {"category": "service"},
     {"category": "memory", "severity": "info"}, {"source": "oom"}, {"include_dismissed": False},
     {"include_dismissed": False, "status": "dismissed"}],
)  # fmt: skip
def test_sql_and_memory_agree(filters: dict[str, Any]) -> None:
    alerts = [alert(number) for number in range(12)]
    alerts += [alert(number, status="dismissed") for number in range(20, 24)]
    alerts += [alert(number, type="oom_kill", source="oom") for number in range(30, 34)]
    params = AlertsParams(**filters)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        db.executemany(SAVE, [to_row(stored) for stored in alerts])
        where, values = build_where(params, [alerts[0].id])
        rows = db.execute(f"SELECT {COLUMNS} FROM alerts{where}", values).fetchall()
    selected = {stored.id for stored in alerts[1:] if matches(stored, params)}
    assert {from_row(row).id for row in rows} == selected
    assert selected
