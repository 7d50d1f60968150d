from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cortex_cli.conftest import Cortex
from tests.support.alert_stock import stock
from tests.support.daemon import RunningDaemon, daemon
from tests.support.terminal import CTRL_C, terminal

EIGHT = 8


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningDaemon]:
    """A daemon that keeps eight alerts and watches nothing."""
    stock(tmp_path / "a.db", EIGHT)
    settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(tmp_path / "a.db")}}
    with daemon(tmp_path, settings) as cortexd:
        yield cortexd


@pytest.fixture
def told(cortex: Cortex, running: RunningDaemon) -> Cortex:
    return Cortex({**cortex.environ, "CORTEX_SOCKET": str(running.socket_path)})


def test_a_list_for_people_and_programs(told: Cortex) -> None:
    shown = told.run("alerts")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) == EIGHT
    assert "u7.service has failed" in shown.stdout.splitlines()[0]
    found = json.loads(told.run("alerts", "--json", "--severity", "critical").stdout)
    assert [alert["severity"] for alert in found["alerts"]] == ["critical"] * 2
    assert told.run("alerts", "--type", "oom_kill").stderr == "no alerts\n"
    assert told.run("alerts", "--status", "resolved").stderr == "no alerts\n"
    wrong = told.run("alerts", "--type", "disk_usag")
    assert (wrong.returncode, "disk_usag" in wrong.stderr) == (1, True)


def test_one_is_shown_by_the_beginning_of_its_id(told: Cortex) -> None:
    found = json.loads(told.run("alerts", "--json").stdout)["alerts"][0]
    shown = told.run("alerts", "show", found["id"][:13]).stdout
    assert "Last lines of the journal" in shown
    assert "sudo systemctl restart u7.service" in shown
    assert json.loads(told.run("alerts", "show", found["id"], "--json").stdout) == found
    assert told.run("alerts", "show", "zzz").returncode == 3
    several = told.run("alerts", "show", "")
    assert (several.returncode, "give more of it" in several.stderr) == (2, True)


def test_acknowledge_and_dismiss(told: Cortex, running: RunningDaemon) -> None:
    first, second = (alert["id"] for alert in running.call("alerts", limit=2)["alerts"])
    assert told.run("alerts", "ack", first).stderr == "1 acknowledged\n"
    assert told.run("alerts", "ack", first).stderr.startswith("0 acknowledged: it was so already")
    assert told.run("alerts", "dismiss", second[:20]).stderr == "1 dismissed\n"
    assert told.run("alerts", "ack", "--all").stderr == "6 acknowledged\n"
    found = json.loads(told.run("alerts", "dismiss", "--all", "--json").stdout)
    assert found == {"dismissed_count": 7}
    assert told.run("alerts", "ack").returncode == 2
    assert told.run("alerts", "ack", "x", "--all").returncode == 2


def test_the_documented_spellings(told: Cortex, running: RunningDaemon) -> None:
    assert len(told.run("daemon", "alerts", "--severity", "warning").stdout.splitlines()) == 2
    assert len(told.run("daemon", "alerts", "--type", "service_failed").stdout.splitlines()) == 8
    assert told.run("daemon", "alerts", "--acknowledge-all").stderr == "8 acknowledged\n"
    one = running.call("alerts", limit=1)["alerts"][0]["id"]
    assert told.run("daemon", "alerts", "--dismiss", one).stderr == "1 dismissed\n"


def test_watch_shows_what_happens(told: Cortex, running: RunningDaemon) -> None:
    with subprocess.Popen(
        told.command("alerts", "watch", "--json"), env=told.environ, text=True,
        stdout=subprocess.PIPE,
    ) as watch:  # fmt: skip
        assert watch.stdout is not None
        assert json.loads(watch.stdout.readline())["event"] == "alerts.watching"
        one = running.call("alerts", limit=1)["alerts"][0]["id"]
        running.call("alerts.acknowledge", id=one)
        seen = json.loads(watch.stdout.readline())
        assert (seen["event"], seen["id"], seen["status"]) == ("alert.updated", one, "acknowledged")
        watch.kill()


def test_status_ends_with_the_worst_severity(told: Cortex, running: RunningDaemon) -> None:
    shown = told.run("status")
    assert shown.returncode == 2
    assert "u7.service has failed" in shown.stdout
    for alert in running.call("alerts")["alerts"]:
        if alert["severity"] in ("error", "critical"):
            running.call("alerts.dismiss", id=alert["id"])
    assert told.run("status").returncode == 1
    assert len(json.loads(told.run("status", "--json").stdout)["alerts"]) == 4


def test_health_live(told: Cortex) -> None:
    shown = told.run("daemon", "health", "--watch", "--interval", "0.5", "--rounds", "2")
    assert shown.returncode == 0
    assert shown.stdout.count("\nmemory ") == 2
    assert "active alerts: 8" in shown.stdout


def test_health_live_on_a_terminal(told: Cortex) -> None:
    with terminal(told.command("daemon", "health", "--watch"), told.environ) as screen:
        screen.wait_for("active alerts: 8")
        screen.press(CTRL_C)
        assert screen.ended() == 130
    assert b"\x1b[?1049l" in screen.seen  # the screen that was there before is back
