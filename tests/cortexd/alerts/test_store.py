from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cortexd.alerts.store import MAX_UNSAVED, Store
from cortexd.api.alert_params import AlertsParams
from tests.support.alert_stock import alert
from tests.support.loop_mount import NEEDS_LOOP, fill, loop_mount


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "a.db")
    yield opened
    opened.close()


def ids(store: Store, **filters: Any) -> list[str]:
    return [match.id for match in store.find(AlertsParams(**filters))[0]]


def test_what_is_saved_is_found_as_it_was(store: Store) -> None:
    kept = alert(3, analysis={"text": "t", "model": "m", "evidence": ["e"]}, resolution="r")
    assert store.save(kept)
    assert store.get(kept.id) == kept
    assert store.get("nonsense") is None


def test_filters_pages_and_totals(store: Store) -> None:
    alerts = [alert(number) for number in range(20)]
    store.save(*alerts)
    newest_first = [kept.id for kept in reversed(alerts)]
    assert ids(store) == newest_first
    assert ids(store, limit=3, offset=2) == newest_first[2:5]
    assert ids(store, severity="error") == [a.id for a in reversed(alerts) if a.severity == "error"]
    assert len(ids(store, min_severity="error")) == 10
    assert ids(store, type="oom_kill") == []
    assert ids(store, id=alerts[4].id) == [alerts[4].id]
    assert store.find(AlertsParams(limit=1))[1] == 20
    assert store.count_by_status() == {
        ("active", s): 5 for s in ("info", "warning", "error", "critical")
    }


def test_open_ones_come_back_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    store.save(alert(1, open=True), alert(2))
    (open_alert,) = store.find_open_alerts()
    open_alert.occurrences, open_alert.last_seen, open_alert.message = 9, 77.0, "newer"
    store.touch([open_alert])
    store.close()
    reopened = Store(tmp_path / "a.db")
    (open_alert,) = reopened.find_open_alerts()
    assert (open_alert.occurrences, open_alert.last_seen) == (9, 77.0)
    kept = reopened.get(open_alert.id)
    assert kept is not None
    assert kept.message == "newer"
    reopened.close()


def test_retention_forgets_what_has_ended(store: Store) -> None:
    now = time.time()
    old = alert(1, resolved_at=now - 100, status="resolved")
    young = alert(2, resolved_at=now, status="resolved")
    lasts = alert(3, open=True, last_seen=now - 1000)
    store.save(old, young, lasts)
    store.delete_before(now - 50)
    assert set(ids(store)) == {young.id, lasts.id}


def test_samples(store: Store) -> None:
    for minute in range(10):
        store.add_samples(minute, {"cpu": minute * 1.5, "disk /": 5.0})
    store.delete_samples(3, 8)
    assert store.read_samples("cpu", 5) == [(5, 7.5), (6, 9.0), (7, 10.5), (8, 12.0)]
    assert {name: len(samples) for name, samples in store.read_all_samples(0).items()} == {
        "cpu": 6,
        "disk /": 6,
    }


def test_the_outbox_keeps_order_and_attempts(store: Store) -> None:
    for body in ("a", "b"):
        assert store.queue_message(body, 1.0)
    first = store.peek_message()
    assert first is not None
    assert first[1:] == ("a", 0, 1.0)
    store.postpone(first[0], 99.0)
    assert store.peek_message() == (first[0], "a", 1, 99.0)
    store.delete_message(first[0])
    second = store.peek_message()
    assert second is not None
    assert second[1] == "b"
    assert store.count_messages() == 1


class TestFullDisk:
    pytestmark = NEEDS_LOOP

    def test_alerts_wait_in_memory_and_are_written_later(self, tmp_path: Path) -> None:
        with loop_mount(tmp_path, mib=16) as mount:
            store = Store(mount / "a.db")
            before = alert(0)
            assert store.save(before)
            filler = fill(mount, 0.9)
            with pytest.raises(OSError, match="No space"), filler.open("ab", 0) as file:
                while file.write(b"x" * 1024):
                    pass
            waiting = [alert(n, message="x" * 1000) for n in range(1, MAX_UNSAVED + 50)]
            written = sum(store.save(unsaved) for unsaved in waiting)
            assert written < 900
            assert store.problem is not None
            assert "full" in store.problem
            assert len(store.unsaved) == min(MAX_UNSAVED, len(waiting) - written)
            last = waiting[-1]
            assert store.get(last.id) == last
            assert ids(store, limit=2) == [waiting[-1].id, waiting[-2].id]
            assert not store.retry()
            filler.unlink()
            assert store.retry()
            assert store.unsaved == {}
            assert store.get(last.id) == last
            assert store.get(before.id) == before
            store.close()

    def test_a_store_that_begins_on_a_full_disk(self, tmp_path: Path) -> None:
        with loop_mount(tmp_path, mib=4) as mount:
            filler = fill(mount, 0.9)
            with pytest.raises(OSError, match="No space"), filler.open("ab", 0) as file:
                while file.write(b"x" * 1024):
                    pass
            store = Store(mount / "deep/a.db")
            kept = alert(1)
            assert store.in_memory
            store.save(kept)
            assert store.get(kept.id) == kept
            assert not store.retry()
            filler.unlink()
            assert store.retry()
            assert not store.in_memory
            store.close()
            reopened = Store(mount / "deep/a.db")
            assert reopened.get(kept.id) == kept
            reopened.close()


def test_damage_that_shows_later_is_moved_aside_too(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store(path)
    store.save(*(alert(number) for number in range(4000)))
    store.close()
    store = Store(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    kept = alert(4001)
    store.save(kept)
    ids(store, limit=1000)
    store.save(kept)
    assert store.moved is not None
    assert store.moved.exists()
    assert ids(store, id=kept.id) == [kept.id]
    store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
