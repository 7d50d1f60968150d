"""cortexd under a real systemd: ready, reload, watchdog, crash, restart, rights, journal."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import herd
from tests.support.machine import SCRIPT, Machine, wait_for

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

CLIENTS, SECONDS = 200, 6.0
#: What a stuck loop looks like: Python code that never comes back, in the loop's own thread.
STUCK = """
import asyncio, signal, sys
def get_stuck(*_):
    while True:
        pass
if "cortexd" in sys.argv[0] or "cortexd" in " ".join(sys.orig_argv):
    signal.signal(signal.SIGUSR2, get_stuck)
"""


def pid(box: Machine) -> int:
    return int(box.show("cortexd", "MainPID"))


def ping(box: Machine) -> bool:
    return bool(box.ask("ping")["data"]["pong"])


def test_it_is_ready_when_systemd_says_so(box: Machine) -> None:
    box.run("systemctl", "restart", "cortexd")
    assert ping(box)
    assert box.show("cortexd", "ActiveState") == "active"
    assert "serving /run/cortex/cortex.sock" in box.show("cortexd", "StatusText")


def test_it_runs_unprivileged_and_small(box: Machine) -> None:
    status = box.run("cat", f"/proc/{pid(box)}/status").stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    cortex = box.run("id", "-u", "cortex").stdout.strip()
    assert set(fields["Uid"].split()) == {cortex}
    assert int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert int(fields["VmRSS"].split()[0]) < 34 * 1024, fields["VmRSS"]


@pytest.mark.parametrize(
    "attempt",
    [
        "ls /home/*/",
        "touch /etc/cortex/x",
        "touch /usr/x",
        "cat /etc/cortex/llm.key",
        "cat /etc/shadow",
        "mount -t tmpfs x /mnt && umount /mnt",
        "ls /root",
        "timeout 2 bash -c 'exec 3<>/dev/tcp/192.0.2.1/8099'",
    ],
)
def test_its_sandbox_holds(box: Machine, attempt: str) -> None:
    """The same unit, with a shell in the daemon's place."""
    box.sh(
        "mkdir -p /home/somebody; ip addr replace 192.0.2.1/32 dev lo;"
        "systemctl is-active -q elsewhere || systemd-run -q --unit elsewhere"
        " socat TCP-LISTEN:8099,bind=192.0.2.1,fork /dev/null"
    )
    script = Path(__file__).with_name("in_sandbox.sh")
    without = box.sh(f"( {attempt} ) >/dev/null 2>&1", check=False).returncode
    box.sh("rm -f /etc/cortex/x /usr/x")
    assert without == 0, "it works outside of the sandbox"
    result = box.run("bash", str(script), "cortexd.service", attempt, check=False)
    assert "SANDBOX-RAN" in result.stdout, result.stderr
    assert "SANDBOX-DONE 0" not in result.stdout


def test_reload_takes_a_new_configuration(box: Machine) -> None:
    before = pid(box)
    box.put("/etc/cortex/daemon.yaml", "limits:\n  queue_size: 7\n")
    box.run("systemctl", "reload", "cortexd")
    assert box.ask("config.get")["data"]["config"]["limits"]["queue_size"] == 7
    box.put("/etc/cortex/daemon.yaml", "limits:\n  queue_sise: 8\n")
    box.run("systemctl", "reload", "cortexd")
    assert box.ask("config.get")["data"]["config"]["limits"]["queue_size"] == 7
    assert "not reloaded" in box.show("cortexd", "StatusText")
    box.run("rm", "/etc/cortex/daemon.yaml")
    box.run("systemctl", "reload", "cortexd")
    assert "not reloaded" not in box.show("cortexd", "StatusText")
    assert pid(box) == before
    assert box.show("cortexd", "ActiveState") == "active"


def test_a_kill_is_survived(box: Machine) -> None:
    before = pid(box)
    box.run("systemctl", "kill", "-s", "KILL", "cortexd")
    started = time.monotonic()
    assert ping(box)
    assert time.monotonic() - started < 5
    wait_for(lambda: pid(box) not in (0, before))


def test_a_stuck_loop_is_killed_by_the_watchdog(box: Machine) -> None:
    box.put("/var/lib/stuck/sitecustomize.py", STUCK)
    box.put(
        "/etc/systemd/system/cortexd.service.d/test.conf",
        "[Service]\nWatchdogSec=1s\nEnvironment=PYTHONPATH=/var/lib/stuck\nTimeoutAbortSec=1s\n",
    )
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "restart", "cortexd")
    before = pid(box)
    time.sleep(2.5)
    assert pid(box) == before, "a healthy loop feeds the watchdog"
    box.run("kill", "-USR2", str(before))
    wait_for(lambda: pid(box) not in (0, before), timeout=15)
    assert ping(box)
    said = " ".join(str(entry["MESSAGE"]) for entry in box.journal("-u", "cortexd", "-n", "30"))
    assert "watchdog" in said.lower()
    box.run("rm", "-r", "/etc/systemd/system/cortexd.service.d")
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "restart", "cortexd")


def test_200_clients_during_restarts_none_refused_none_lost(box: Machine) -> None:
    herds = ["/usr/bin/python3", herd.__file__, str(CLIENTS), str(SECONDS)]
    process = subprocess.Popen(
        [str(SCRIPT), "exec", box.name, "--", *herds],
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )  # fmt: skip
    pids = set()
    for _ in range(3):
        time.sleep(1.2)
        box.run("systemctl", "restart", "cortexd")
        pids.add(pid(box))
    said, _ = process.communicate(timeout=120)
    result = json.loads(said)
    print(result)
    assert len(pids) == 3
    assert result["failures"] == {}
    assert result["asked"] > CLIENTS * 3
    assert result["longest_wait_s"] < 10


def test_a_request_reaches_a_stopped_daemon(box: Machine) -> None:
    box.run("systemctl", "stop", "cortexd.service")
    assert ping(box)


def test_the_journal_has_fields(box: Machine) -> None:
    ready = box.journal("MESSAGE_ID=5d2f1c0e8a1b4a7f9c3e6b0d74a1f201", "-n", "1")[0]
    assert ready["PRIORITY"] == "6"
    assert ready["CORTEX_EVENT"] == "ready"
    assert ready["_SYSTEMD_UNIT"] == "cortexd.service"
    box.run("systemctl", "stop", "cortex-llm")
    secret = "a-prompt-that-nobody-should-find"
    reply = box.ask("inference", prompt=secret, max_tokens=4)
    request_id = reply["data"]["request_id"]
    found = box.journal(f"CORTEX_REQUEST_ID={request_id}")
    events = [entry["CORTEX_EVENT"] for entry in found if "CORTEX_EVENT" in entry]
    assert events[0] == "request_started"
    assert "request_done" in events
    assert {entry["CORTEX_UID"] for entry in found if "CORTEX_UID" in entry} == {"0"}
    everything = json.dumps(box.journal("-b"))
    assert secret not in everything
    assert reply["data"]["output"] not in json.dumps([entry["MESSAGE"] for entry in found])


def test_an_alert_is_followed_by_its_id(box: Machine) -> None:
    box.put("/etc/systemd/system/broken.service", "[Service]\nExecStart=/bin/false\n")
    box.sh("systemctl daemon-reload; systemctl start broken.service", check=False)
    wait_for(lambda: box.ask("alerts", type="service_failed")["data"]["count"], timeout=90)
    (alert,) = box.ask("alerts", type="service_failed")["data"]["alerts"]
    box.ask("alerts.acknowledge", id=alert["id"])
    box.sh("systemctl reset-failed broken.service")
    match = f"CORTEX_ALERT_ID={alert['id']}"
    wait_for(lambda: len(box.journal(match)) >= 3, timeout=120)
    found = box.journal(match)
    assert [entry["CORTEX_EVENT"] for entry in found] == [
        "alert_raised", "alert_acknowledged", "alert_resolved",
    ]  # fmt: skip
    priorities = {"info": "6", "warning": "4", "error": "3", "critical": "2"}
    assert found[0]["PRIORITY"] == priorities[alert["severity"]]
    assert found[0]["CORTEX_ALERT_TYPE"] == "service_failed"
    assert found[1]["CORTEX_UID"] == "0"
    assert all(entry["MESSAGE_ID"] for entry in found)


def test_a_failed_unit_is_told_with_its_last_lines(box: Machine) -> None:
    """By the service's own user, who is in the group of the journal's readers."""
    box.put("/etc/cortex/daemon.yaml", "monitoring:\n  settle_sec: 0\n  interval_sec: 1\n")
    box.run("systemctl", "restart", "cortexd")
    script = "echo the disk is on fire; exit 3"
    box.run("systemd-run", "-q", "--unit", "on-fire", "/bin/sh", "-c", script)

    def told() -> list[dict[str, Any]]:
        found = box.ask("alerts", type="service_failed", status="active")["data"]["alerts"]
        return [alert for alert in found if alert["metadata"]["unit"] == "on-fire.service"]

    (alert,) = wait_for(told, timeout=60)
    assert any("the disk is on fire" in line for line in alert["evidence"][0]["lines"])
    box.run("systemctl", "reset-failed", "on-fire")
    box.run("rm", "/etc/cortex/daemon.yaml")
    box.run("systemctl", "reload", "cortexd")


def test_users_are_told_apart(box: Machine) -> None:
    box.sh("id -u guest >/dev/null 2>&1 || useradd guest")
    refused = box.ask("config.reload", user="guest")
    assert refused["error"]["code"] == "UNAUTHORIZED"
    box.run("usermod", "-aG", "cortex", "guest")
    assert box.ask("config.reload", user="guest")["status"] == "ok"
