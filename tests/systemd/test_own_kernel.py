"""What only a kernel of its own can show: cgroup v2, pressure of the machine, suspend.

One virtual machine for all tests, in their order: the disk is kept busy from the first on,
since pressure of disks is told after two minutes.  Evidence and remedies have limits of time
that a machine without virtualisation may not keep; they are tested elsewhere.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import machine, pinger
from tests.support.installed import installed
from tests.support.virtual import VirtualMachine, virtual_machine, why_not
from tests.systemd.conftest import SHARED

pytestmark = [pytest.mark.root, pytest.mark.timeout(900)]

SETTINGS = "monitoring:\n  interval_sec: 1\n  settle_sec: 0\n"
# What a daemon of root's own reads; it turns once an hour, unless something wakes it.
SLEEPY = {
    "socket": {"path": "/run/sleepy/s"},
    "monitoring": {"interval_sec": 3600, "settle_sec": 86400},
    "alerts": {"db_path": "/run/sleepy/a.db"},
    "llm": {"enabled": False},
}
# Of its 15 s most are taken by the start of one Python here, if the machine is busy.
PATIENT = "[Service]\nTimeoutStopSec=180s\n"
# Eats memory, a MiB at a time: argument is how many.
EATER = "kept = [bytearray(2**20) for _ in range(int(sys.argv[1]))]"
PYTHON = "/usr/bin/python3"
GROUPS = "/sys/fs/cgroup/system.slice"
SLEEP_S = 30


@pytest.fixture(scope="module")
def box(wheels: Path) -> Iterator[VirtualMachine]:
    """A virtual machine with Cortex installed and its disk busy."""
    if reason := why_not():
        pytest.skip(reason)
    layer = installed(SHARED / "layer", wheels)
    with virtual_machine("own-kernel", [layer], slow_disk=True) as found:
        found.put("/etc/cortex/daemon.yaml", SETTINGS)
        found.put("/root/pinger.py", Path(pinger.__file__).read_text())
        found.put("/etc/systemd/system/cortex-llm.service.d/90-slow-guest.conf", PATIENT)
        found.sh(
            "systemd-sysusers /usr/local/lib/sysusers.d/cortex.conf;"
            "systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/cortex.conf;"
            "systemctl daemon-reload; systemctl start cortexd.socket cortexd.service;"
            "echo linux-image-test >/run/reboot-required.pkgs; touch /run/reboot-required;"
            "systemd-run -q --unit busy-disk"
            " bash -c 'while dd if=/dev/vda of=/dev/null bs=64k iflag=direct; do :; done'"
        )
        yield found


def alerts(box: VirtualMachine, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.ask("alerts", **params)["data"]["alerts"]
    return found


def about(box: VirtualMachine, unit: str, **params: Any) -> dict[str, Any] | None:
    """The newest alert about a unit."""
    found = [alert for alert in alerts(box, **params) if alert["metadata"].get("unit") == unit]
    return found[0] if found else None


def wait_for(what: Callable[[], object]) -> Any:
    """Longer than elsewhere: without virtualisation everything takes 15 times as long."""
    return machine.wait_for(what, timeout=180)


def start_eater(
    box: VirtualMachine, unit: str, mib: int, *properties: str, group: str | None = None
) -> None:
    """In a unit of its own; what it takes counts for the unit ``group``, if that is given."""
    options = " ".join(f"-p {prop}" for prop in properties)
    code = f"import sys, time; {EATER}; time.sleep(600)"
    enter = f"echo $$$$ >{GROUPS}/{group}/cgroup.procs; " if group else ""
    command = f"{enter}exec {PYTHON} -c '{code}' {mib}"
    box.sh(f'systemd-run -q --unit "{unit}" {options} sh -c {shlex.quote(command)}')


def cgroup(box: VirtualMachine, unit: str, name: str) -> str:
    return box.run("cat", f"{GROUPS}/{unit}/{name}").stdout.strip()


def test_it_is_what_it_should_be(box: VirtualMachine) -> None:
    assert box.run("stat", "-f", "-c", "%T", "/sys/fs/cgroup").stdout == "cgroup2fs\n"
    assert box.run("systemctl", "is-system-running").stdout == "running\n"
    assert box.show("cortexd", "User") == "cortex"


def test_the_model_server_is_killed_for_its_memory_and_the_daemon_answers(
    box: VirtualMachine,
) -> None:
    """The unit as it is, and what takes memory in its group; the model is the first to go.

    A limit set below what is in use would not do: the kernel then kills all that is there,
    what explains the end too, for as long as the dead one's memory is not free yet.
    """
    box.run("systemctl", "start", "cortex-llm")
    assert int(cgroup(box, "cortex-llm.service", "memory.current")) > 32 << 20
    daemon = box.show("cortexd", "MainPID")
    box.sh(f"systemd-run -q --unit pinger {PYTHON} /root/pinger.py /run/pinger.json")
    wait_for(lambda: box.run("test", "-s", "/run/pinger.json", check=False).returncode == 0)
    box.run("systemctl", "set-property", "--runtime", "cortex-llm", "MemoryMax=160M")
    start_eater(box, "greedy", 120, group="cortex-llm.service")
    wait_for(lambda: box.show("cortex-llm", "ActiveState") == "failed")
    assert box.show("cortex-llm", "Result") == "oom-kill"
    status = box.show("cortex-llm", "StatusText")
    assert "memory" in status, box.run("journalctl", "-b", "-n", "100").stdout
    assert "MemoryMax is 160 MiB" in status
    told = wait_for(lambda: about(box, "cortex-llm.service", type="oom_kill"))
    assert (told["kind"], told["severity"]) == ("llm_oom", "error")
    assert "cortex-llm.service" in told["message"]
    failed = wait_for(lambda: about(box, "cortex-llm.service", type="llm_error"))
    assert "killed, out of memory" in failed["message"]
    box.run("systemctl", "stop", "pinger")
    pings = json.loads(box.run("cat", "/run/pinger.json").stdout)
    print(pings)
    assert pings["answered"] > 20
    assert pings["longest_gap_s"] < 5
    assert box.show("cortexd", "MainPID") == daemon
    box.sh("systemctl revert cortex-llm; systemctl reset-failed cortex-llm greedy")


def test_a_killed_unit_is_named_with_its_process(box: VirtualMachine) -> None:
    name = "eater-a\\x2db@c.service"
    start_eater(box, name, 200, "MemoryMax=40M")
    told = wait_for(lambda: about(box, name, type="oom_kill"))
    assert told["metadata"]["process"].startswith("python3")
    assert "its cgroup reached its memory limit" in told["message"]
    assert told["severity"] == "error"
    failed = wait_for(lambda: about(box, name, type="service_failed"))
    assert "killed, out of memory" in failed["message"]
    box.run("systemctl", "reset-failed", name)


class TestOwnLimits:
    """MemoryHigh= and MemoryMax= of cortexd.service, as they are in the unit."""

    def test_what_the_daemon_asks_is_slowed_then_killed_and_the_daemon_goes_on(
        self, box: VirtualMachine
    ) -> None:
        """An eater in the daemon's own group, as apt or du would be."""
        high, most = (cgroup(box, "cortexd.service", f"memory.{n}") for n in ("high", "max"))
        assert (int(high), int(most)) == (200 << 20, 256 << 20)
        before = box.show("cortexd", "MainPID")
        start_eater(box, "grown", 230, group="cortexd.service")
        events = "memory.events"
        wait_for(
            lambda: int(re.findall(r"high (\d+)", cgroup(box, "cortexd.service", events))[0]) > 0
        )
        assert "oom_kill 0" in cgroup(box, "cortexd.service", events)
        assert box.ask("ping")["data"]["pong"]
        box.run("systemctl", "set-property", "--runtime", "cortexd", "MemoryHigh=infinity")
        box.run("systemctl", "set-property", "--runtime", "cortexd", "MemoryMax=60M")
        told = wait_for(lambda: about(box, "cortexd.service", type="oom_kill"))
        assert told["metadata"]["process"].startswith("python3")
        assert box.show("cortexd", "MainPID") == before
        box.run("systemctl", "revert", "cortexd")

    def test_killed_itself_it_is_back(self, box: VirtualMachine) -> None:
        before = box.show("cortexd", "MainPID")
        box.sh(
            "systemctl set-property --runtime cortexd MemoryMax=8M;"
            f"while [ $(systemctl show --value -p MainPID cortexd) = {before} ];"
            " do sleep 0.05; done; systemctl revert cortexd"
        )
        assert box.ask("ping")["data"]["pong"]
        assert box.show("cortexd", "MainPID") not in ("0", before)
        assert int(box.show("cortexd", "NRestarts")) >= 1
        assert int(cgroup(box, "cortexd.service", "memory.max")) == 256 << 20


def test_memory_pressure_wakes_a_daemon_that_would_sleep_for_an_hour(box: VirtualMachine) -> None:
    """By the kernel's trigger; kernels before 6.5 give it to root only."""
    box.put("/run/sleepy/daemon.yaml", json.dumps(SLEEPY))
    box.sh(
        "systemd-run -q --unit sleepy /opt/cortex/bin/cortexd --config /run/sleepy/daemon.yaml;"
        "while ! [ -S /run/sleepy/s ]; do sleep 0.1; done; sleep 2"
    )
    # It never has enough: the kernel's trigger may fire before ten seconds' average is high.
    squeeze = "while True: kept = [bytearray(2**20) for _ in range(200)]"
    box.sh(f"systemd-run -q --unit squeezed -p MemoryHigh=20M {PYTHON} -c '{squeeze}'")

    def told() -> list[dict[str, Any]]:
        ask = "socat -t 60 - UNIX-CONNECT:/run/sleepy/s"
        request = json.dumps({"command": "alerts", "params": {"type": "memory_usage"}})
        found: list[dict[str, Any]] = json.loads(box.sh(f"echo '{request}' | {ask}").stdout)[
            "data"
        ]["alerts"]
        return found

    (alert,) = wait_for(told)
    box.sh("systemctl stop squeezed sleepy")
    assert (alert["kind"], alert["severity"]) == ("pressure_memory", "error")
    assert float(alert["metadata"]["some_avg10"]) >= 20


def test_pressure_of_disks_is_told_and_that_of_processors_is_not_yet(box: VirtualMachine) -> None:
    """Processors may be busy for ten minutes before it is worth a word."""
    wait_for(lambda: box.ask("health")["data"]["pressure"]["io"] > 60)
    told = wait_for(lambda: [a for a in alerts(box) if a["kind"] == "pressure_io"])
    assert told[0]["severity"] == "warning"
    assert {a["kind"] for a in alerts(box)} & {"cpu", "load"} == set()
    box.run("systemctl", "stop", "busy-disk")
    wait_for(lambda: [a for a in alerts(box, status="resolved") if a["kind"] == "pressure_io"])


def test_a_reboot_that_a_package_asks_for(box: VirtualMachine) -> None:
    (told,) = wait_for(lambda: [a for a in alerts(box) if a["kind"] == "reboot"])
    assert "linux-image-test" in told["message"]


def test_a_clock_that_is_set_changes_nothing(box: VirtualMachine) -> None:
    """Ten days ahead, past what is kept, and back again; the machine's clock is its own."""
    wait_for(lambda: {"active", "resolved"} <= {alert["status"] for alert in alerts(box)})
    wait_for(lambda: [a for a in alerts(box, status="active") if a["kind"] == "reboot"])
    before = {alert["id"] for alert in alerts(box)}
    for days in ("+10 days", "-10 days"):
        box.sh(f'date -s "$(date -d "{days}")"')
        said = f"journalctl -u cortexd -o cat | grep -q 'the clock was set by [{days[0]}]'"
        wait_for(lambda said=said: box.sh(said, check=False).returncode == 0)  # type: ignore[misc]
        box.run("sleep", "3")
        assert {alert["id"] for alert in alerts(box)} == before  # none raised, none forgotten
        lasting = [a for a in alerts(box, status="active") if a["kind"] in ("reboot", "oom_kill")]
        assert {alert["kind"] for alert in lasting} == {"reboot", "oom_kill"}


def test_suspended_and_resumed(box: VirtualMachine) -> None:
    """A real S3, woken by the clock's alarm: nothing false, nothing lost, the same daemon."""
    box.sh("systemd-run -q --unit broken /bin/false", check=False)
    open_one = wait_for(lambda: about(box, "broken.service", status="active"))
    before, process = {a["id"]: a["status"] for a in alerts(box)}, box.show("cortexd", "MainPID")
    alarm = "/sys/class/rtc/rtc0/wakealarm"
    clocks = (
        f"{PYTHON} -c 'import time; print(time.monotonic(),"
        " time.clock_gettime(time.CLOCK_BOOTTIME))'"
    )
    said = box.sh(
        f"{clocks}; echo +{SLEEP_S} >{alarm}; echo mem >/sys/power/state; {clocks}",
        timeout=SLEEP_S + 120,
    ).stdout
    (awake_0, all_0), (awake_1, all_1) = (map(float, line.split()) for line in said.splitlines())
    slept = (all_1 - all_0) - (awake_1 - awake_0)
    print(f"slept {slept:.1f} s")
    assert slept > SLEEP_S - 5
    wait_for(lambda: "the machine slept for" in str(box.journal("-u", "cortexd", "-n", "20")))
    box.run("sleep", "5")
    assert box.show("cortexd", "MainPID") == process  # the watchdog's time stood still, too
    after = {a["id"]: a["status"] for a in alerts(box)}
    assert [a["message"] for a in alerts(box) if a["id"] not in before] == []
    assert after[open_one["id"]] == "active"
    box.run("systemctl", "reset-failed", "broken")
    wait_for(lambda: about(box, "broken.service", status="resolved"))
    assert [a for a in alerts(box) if a["kind"] in ("disk_trend", "llm_down")] == []
