"""Alerts of a real daemon as causes: those that are open, by topic, with their remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cortex_cli.settings import Settings
from cortex_cli.trouble.alerts import find_causes
from cortex_cli.trouble.cause import CRITICAL, WARNING
from cortex_cli.trouble.lexicon import DISK, MEMORY
from cortexd.alert import Alert
from cortexd.alerts.store import Store
from cortexd.rules import KINDS
from tests.support.alert_stock import alert
from tests.support.daemon import daemon

DISK_REMEDY = """\
Free space on /srv/a b. For more detail:
    sudo du -xh --max-depth=2 '/srv/a b' | sort -rh | head -20
Safe to delete:
    sudo apt-get clean
"""


def store(folder: Path, *alerts: Alert) -> dict[str, Any]:
    """The settings of a daemon that keeps ``alerts`` and watches nothing."""
    database = Store(folder / "a.db")
    database.save(*alerts)
    database.close()
    return {"monitoring": {"enabled": False}, "alerts": {"db_path": str(folder / "a.db")}}


def test_no_daemon_is_not_no_alert(tmp_path: Path) -> None:
    assert find_causes(Settings(environ={}, socket=tmp_path / "none")) is None
    with daemon(tmp_path, store(tmp_path)) as cortexd:
        assert find_causes(Settings(environ={}, socket=cortexd.socket_path)) == []


def test_open_alerts_are_causes_and_others_are_not(tmp_path: Path) -> None:
    disk = alert(
        1,
        kind="disk_space",
        severity="critical",
        title="/srv/a b is 98 % full",
        message="1.2 GiB of 60 GiB are left.",
        remedy=DISK_REMEDY,
    )
    swap = alert(2, kind="swap", severity="warning", title="Swapping", message="Swapping: 80 %")
    gone = alert(3, kind="cpu", title="Busy", message="Busy")
    with daemon(tmp_path, store(tmp_path, disk, swap, gone)) as cortexd:
        listed = cortexd.call("alerts")["alerts"]
        ids = {one["title"]: one["id"] for one in listed}
        cortexd.call("alerts.acknowledge", id=ids["Swapping"])
        cortexd.call("alerts.dismiss", id=ids["Busy"])
        found = find_causes(Settings(environ={}, socket=cortexd.socket_path))
    assert found is not None
    by_topic = {cause.topic: cause for cause in found}
    assert by_topic.keys() == {DISK, MEMORY}
    full = by_topic[DISK]
    assert full.severity == CRITICAL
    assert full.text == "/srv/a b is 98 % full. 1.2 GiB of 60 GiB are left."
    assert full.commands[0].pipeline[0] == ("du", "-xh", "--max-depth=2", "/srv/a b")
    assert [shown.needs_root for shown in full.commands] == [True, True]
    assert full.source == f"alert {ids['/srv/a b is 98 % full']}"
    assert (by_topic[MEMORY].severity, by_topic[MEMORY].text) == (WARNING, "Swapping: 80 %")


def test_every_kind_of_alert_is_taken(tmp_path: Path) -> None:
    planted = [
        alert(number, kind=kind, key=kind, title=kind, message="")
        for number, kind in enumerate(KINDS)
    ]
    with daemon(tmp_path, store(tmp_path, *planted)) as cortexd:
        found = find_causes(Settings(environ={}, socket=cortexd.socket_path))
    assert found is not None
    assert {cause.text for cause in found} == set(KINDS)
