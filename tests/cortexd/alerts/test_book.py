from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from cortexd.alert import Alert, Finding, Judgement
from cortexd.alerts.book import AlertBook
from cortexd.alerts.lifecycle import CLEAR_S
from cortexd.alerts.store import Store

KEY = "reboot:machine"


def finding(**more: Any) -> Finding:
    values = {
        "severity": "warning",
        "title": "a title",
        "message": "m",
        "metadata": {"packages": ""},
    }
    return Finding("reboot", "machine", **{**values, **more})


def run(tmp_path: Path, act: Callable[[AlertBook], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        book = AlertBook(Store(tmp_path / "a.db"))
        try:
            await act(book)
        finally:
            book.close()

    asyncio.run(go())


async def step(book: AlertBook, now: float, *findings: Finding, normal: bool = True) -> None:
    judgement = Judgement(list(findings), {KEY: "all is well"} if normal else {})
    await book.judge("reboot", judgement, now)


def open_id(book: AlertBook) -> str:
    """The id of the only open alert."""
    (alert,) = book.store.find_open_alerts()
    assert alert.key == KEY
    return alert.id


def test_what_is_published_is_stored_already(tmp_path: Path) -> None:
    published: list[tuple[str, str, bool]] = []

    async def act(book: AlertBook) -> None:
        def record(event: str, alert: Alert) -> None:
            stored = book.store.get(alert.id)
            assert stored is not None
            published.append((event, stored.severity, stored.open))

        book.on_change.append(record)
        await step(book, 0, finding())
        await step(book, 1, finding(severity="critical"))
        await step(book, 2)
        await step(book, 2 + CLEAR_S)

    run(tmp_path, act)
    assert published == [
        ("alert.raised", "warning", True),
        ("alert.updated", "critical", True),
        ("alert.resolved", "critical", False),
    ]


def test_an_alert_is_as_it_was_last_seen(tmp_path: Path) -> None:
    async def act(book: AlertBook) -> None:
        await step(book, 0, finding())
        await step(book, 1, finding(message="newer"))
        alert_id = open_id(book)
        stored, now = book.store.get(alert_id), book.get(alert_id)
        assert stored is not None
        assert now is not None
        assert (stored.message, stored.occurrences) == ("m", 1)
        assert (now.message, now.occurrences) == ("newer", 2)
        assert now.remedy.endswith("sudo systemctl reboot")
        book.flush()
        stored = book.store.get(alert_id)
        assert stored is not None
        assert stored.occurrences == 2

    run(tmp_path, act)


def test_a_dismissed_alert_stays_dismissed_when_it_is_over(tmp_path: Path) -> None:
    async def act(book: AlertBook) -> None:
        await step(book, 0, finding())
        alert_id = open_id(book)
        assert await book.dismiss([alert_id, "unknown"]) == 1
        assert await book.dismiss([alert_id]) == 0
        await step(book, 1, finding(severity="critical"))  # worse: it is back
        alert = book.get(alert_id)
        assert alert is not None
        assert alert.status == "active"
        await book.dismiss([alert_id])
        await step(book, 2, normal=False)
        alert = book.get(alert_id)
        assert alert is not None
        assert (alert.status, alert.open) == ("dismissed", False)
        await step(book, 3, finding())  # and a new one may come
        assert open_id(book) != alert_id

    run(tmp_path, act)


def test_evidence_of_a_rule_is_brought_up_to_date(tmp_path: Path) -> None:
    async def act(book: AlertBook) -> None:
        await step(book, 0, finding(evidence=[{"title": "Updates", "lines": ["a"]}]))
        more = [{"title": "Updates", "lines": ["a", "b"]}]
        await step(book, 1, finding(title="another", evidence=more))
        alert = book.get(open_id(book))
        assert alert is not None
        assert alert.evidence == more

    run(tmp_path, act)
