"""An ordinary user's own run on a machine that has the system's installation."""

from __future__ import annotations

import json

import pytest

from tests.support.machine import Machine

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

HOME = "/home/guest"
USER = [
    "setpriv",
    "--reuid=guest",
    "--regid=guest",
    "--init-groups",
    "env",
    "-u",
    "XDG_RUNTIME_DIR",
]


def cortex(box: Machine, *arguments: str, status: int = 0) -> str:
    """What ``cortex`` says to the user on both channels."""
    done = box.run(*USER, f"HOME={HOME}", "cortex", *arguments, check=False, timeout=120)
    assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return str(done.stdout + done.stderr)


@pytest.fixture(scope="module")
def guest(box: Machine) -> Machine:
    """A user without privileges, and an index that root has built."""
    box.sh("id -u guest >/dev/null 2>&1 || useradd --create-home guest")
    box.sh("systemctl enable -q --now cortex-llm-proxy.socket")
    box.run("cortex", "search", "bash", check=False, timeout=300)
    return box


@pytest.mark.parametrize("bus", ["/run/dbus/system_bus_socket", "/nonexistent"])
def test_doctor_finds_nothing_wrong(guest: Machine, bus: str) -> None:
    """With D-Bus, and without it, as on a minimal system."""
    assert guest.sh("stat -c %a /etc/cortex/llm.env").stdout.strip() == "600"
    guest.run("systemctl", "start", "cortex-llm-tcp.socket")
    user = [*USER, f"HOME={HOME}", f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={bus}"]
    done = guest.run(*user, "cortex", "doctor", "--json", check=False, timeout=300)
    checks = json.loads(done.stdout)["checks"]
    assert [check for check in checks if check["state"] == "failed"] == []
    guest.run("systemctl", "stop", "cortex-llm-tcp.socket")
    assert "held by systemd" in next(c["detail"] for c in checks if c["name"] == "engine")


def test_up_logs_unload_and_down(guest: Machine) -> None:
    before = guest.show("cortex-llm", "MainPID")
    try:
        assert "is ready" in cortex(guest, "up")
        logs = cortex(guest, "daemon", "logs")
        assert "sudo" not in logs
        assert "cortex-llm.log" in logs
        assert "not a systemd service" in cortex(guest, "llm", "unload", status=1)
        assert guest.show("cortex-llm", "MainPID") == before
    finally:
        assert "stopped" in cortex(guest, "down")


def test_root_is_not_asked_for_sudo(guest: Machine) -> None:
    done = guest.run("cortex", "daemon", "logs", check=False)
    assert "sudo" not in done.stdout + done.stderr
