from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.alert_stock import stock
from tests.support.daemon import RunningDaemon, daemon

ASK = (
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
    "s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline())"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """A daemon with forty alerts."""
    folder = tmp_path_factory.mktemp("alerts")
    stock(folder / "a.db", 40)
    settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(folder / "a.db")}}
    with daemon(folder, settings) as running:
        yield running


@pytest.mark.parametrize(
    ("params", "count", "total"),
    [
        ({}, 40, 40),
        ({"limit": 7, "offset": 38}, 2, 40),
        ({"severity": "critical"}, 10, 10),
        ({"min_severity": "warning", "limit": 5}, 5, 30),
        ({"status": "resolved"}, 0, 0),
        ({"type": "service_failed", "severity": "info"}, 10, 10),
        ({"category": "service"}, 40, 40),
        ({"category": "disk"}, 0, 0),
        ({"source": "units", "category": "service", "severity": "critical"}, 10, 10),
        ({"source": "disks"}, 0, 0),
        ({"include_dismissed": False}, 40, 40),
        ({"include_dismissed": True, "status": "active"}, 40, 40),
    ],
)
def test_alerts(kept: RunningDaemon, params: dict[str, Any], count: int, total: int) -> None:
    found = kept.call("alerts", **params)
    assert (found["count"], len(found["alerts"]), found["total"]) == (count, count, total)
    assert found["total_active"] == 40
    assert kept.call("alerts.get", **params) == found


@pytest.mark.parametrize(
    "params",
    [
        {"severity": "bad"},
        {"category": "gpu"},
        {"limit": 0},
        {"limit": 1001},
        {"offset": -1},
        {"sort": "x"},
    ],
)
def test_what_is_refused(kept: RunningDaemon, params: dict[str, Any]) -> None:
    assert kept.refused("alerts", **params)["code"] == "INVALID_PARAMS"


def test_one_by_its_id(kept: RunningDaemon) -> None:
    known = kept.call("alerts", limit=1)["alerts"][0]
    assert kept.call("alerts", id=known["id"])["alerts"] == [known]
    assert kept.refused("alerts", id="none")["code"] == "NOT_FOUND"


def test_an_alert_has_what_every_generation_of_clients_reads(kept: RunningDaemon) -> None:
    alert = kept.call("alerts", limit=1)["alerts"][0]
    assert alert["uuid"] == alert["id"]
    assert (alert["category"], alert["source"]) == ("service", "units")


@pytest.mark.parametrize("name", ["id", "uuid", "alert_id"])
def test_an_alert_may_be_named_in_three_ways(tmp_path: Path, name: str) -> None:
    stock(tmp_path / "a.db", 4)
    settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(tmp_path / "a.db")}}
    with daemon(tmp_path, settings) as cortexd:
        seen, hidden, *_ = [alert["id"] for alert in cortexd.call("alerts")["alerts"]]
        assert cortexd.call("acknowledge_alert", **{name: seen}) == {
            "acknowledged": seen, "uuid": seen, "acknowledged_count": 1,
        }  # fmt: skip
        assert cortexd.call("alerts.dismiss", **{name: hidden}) == {
            "dismissed": hidden, "uuid": hidden, "dismissed_count": 1,
        }  # fmt: skip
        assert cortexd.call("alerts")["total"] == 4
        assert cortexd.call("alerts", include_dismissed=False)["total"] == 3
        only = cortexd.call("alerts", include_dismissed=False, status="dismissed")
        assert [alert["id"] for alert in only["alerts"]] == [hidden]


def test_the_other_dialects(kept: RunningDaemon) -> None:
    reply = kept.request({"jsonrpc": "2.0", "method": "alerts", "params": {"limit": 1}, "id": 1})
    assert reply["result"]["count"] == 1
    assert kept.request({"method": "alerts.get", "params": {"limit": 1}})["result"]["count"] == 1


def test_only_administrators_change_alerts(kept: RunningDaemon) -> None:
    levels = {c["name"]: c["level"] for c in kept.call("help")["commands"]}
    assert levels["alerts"] == levels["alerts.watch"] == levels["health.history"] == "read"
    assert levels["alerts.acknowledge"] == levels["alerts.dismiss"] == "admin"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_other_users_see_no_lines_of_the_journal(kept: RunningDaemon) -> None:
    known = kept.call("alerts", limit=1)["alerts"][0]
    assert known["evidence"][0]["lines"] == ["a line of it"] * 5
    request = json.dumps({"command": "alerts", "params": {"id": known["id"]}})
    argv = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        sys.executable,
        "-c",
        ASK,
    ]
    folder = kept.socket_path.parent
    for path in (folder, *folder.parents[:-2]):
        path.chmod(path.stat().st_mode | 0o011)
    done = subprocess.run(
        [*argv, str(kept.socket_path), request], capture_output=True, text=True, check=True
    )
    seen = json.loads(done.stdout)["data"]["alerts"][0]
    assert seen["message"] == known["message"]
    assert seen["evidence"][0]["lines"] == ["(visible to administrators only)"]
