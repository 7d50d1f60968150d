"""Units that fail and loop, on a machine with a real systemd."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cortexd.sources.units import Units
from tests.support.machine import CHECKOUT, Machine, machine, wait_for, why_not

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]

SETTINGS = {
    "socket": {"path": "/run/cortex/cortex.sock"},
    "monitoring": {"interval_sec": 1, "settle_sec": 0, "enable_apt": False, "enable_deps": False},
    "thresholds": {"disk_warn": 100, "disk_crit": 100, "restarts_warn": 3},
    "alerts": {"db_path": "/run/cortex/alerts.db"},
    "llm": {"enabled": False},
}
# A name as systemd-escape makes them, and one that looks like an option.
ODD = "cortex-odd\\x2dname@a:b_c.service"


@pytest.fixture(scope="module")
def box() -> Iterator[Machine]:
    """A machine on which cortexd watches, started from the checkout."""
    with machine("units") as running:
        running.put("/run/cortex/daemon.yaml", json.dumps(SETTINGS))
        running.run(
            "systemd-run", "--unit=cortexd", f"--working-directory={CHECKOUT}",
            "--setenv=HOME=/root", sys.executable, "-m", "cortexd",
            "--config", "/run/cortex/daemon.yaml",
        )  # fmt: skip
        wait_for(lambda: running.sh("test -S /run/cortex/cortex.sock", check=False).returncode == 0)
        yield running


def alerts(box: Machine, **params: Any) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = box.ask("alerts", **params)["data"]["alerts"]
    return answer


def about(box: Machine, unit: str, **params: Any) -> dict[str, Any] | None:
    """The alert about a unit."""
    matching = [alert for alert in alerts(box, **params) if alert["metadata"].get("unit") == unit]
    return matching[0] if matching else None


def unit(box: Machine, name: str, service: str) -> None:
    box.put(f"/etc/systemd/system/{name}", f"[Service]\n{service}\n")
    box.run("systemctl", "daemon-reload")


@pytest.mark.parametrize("name", ["cortex-broken.service", ODD])
def test_a_failed_unit_is_told_with_its_last_lines_and_taken_back(box: Machine, name: str) -> None:
    unit(box, name, "ExecStart=/bin/sh -c 'echo the disk is on fire; exit 3'")
    box.run("systemctl", "start", "--no-block", "--", name)
    raised = wait_for(lambda: about(box, name, status="active"))
    assert (raised["type"], raised["severity"]) == ("service_failed", "error")
    assert "exit status 3" in raised["message"]
    assert "systemctl restart" in raised["remedy"]
    lines = raised["evidence"][0]["lines"]
    assert len(lines) <= 20
    assert any("the disk is on fire" in line for line in lines)
    assert name in box.ask("health")["data"]["failed_units"]
    box.run("systemctl", "reset-failed", "--", name)
    over = wait_for(lambda: about(box, name, status="resolved"), timeout=60)
    assert over["id"] == raised["id"]
    assert name not in box.ask("health")["data"]["failed_units"]


def test_a_unit_that_restarts_again_and_again(box: Machine) -> None:
    name = "cortex-loop.service"
    unit(box, name, "ExecStart=/bin/sh -c 'sleep 0.3; exit 1'\nRestart=always\nRestartSec=0.2")
    limit = f"/etc/systemd/system/{name}.d/limit.conf"
    box.put(limit, "[Unit]\nStartLimitIntervalSec=0\n")
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "start", "--no-block", name)
    raised = wait_for(lambda: about(box, name, status="active"), timeout=60)
    box.run("systemctl", "stop", name)
    assert raised["kind"] == "unit_restarts"
    assert int(raised["metadata"]["restarts"]) >= 3


def test_the_model_service_has_a_type_of_its_own(box: Machine) -> None:
    unit(box, "cortex-llm.service", "ExecStart=/bin/false")
    box.run("systemctl", "start", "--no-block", "cortex-llm.service")
    raised = wait_for(lambda: about(box, "cortex-llm.service", status="active"), timeout=60)
    assert (raised["type"], raised["kind"]) == ("llm_error", "llm_failed")
    assert "cortex-llm check" in raised["remedy"]


def test_where_systemd_does_not_run(tmp_path: Any) -> None:
    assert Units(tmp_path).explain_absence() == "systemd is not running"
