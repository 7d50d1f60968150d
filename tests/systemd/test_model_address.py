"""Attacks on the way to the model server: without the key, with many connections, by a crash."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.machine import SCRIPT, Machine, wait_for
from tests.systemd.conftest import INSTALL

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

GUEST = ["setpriv", "--reuid=guest", "--regid=guest", "--init-groups"]
TCP_URL = "http://127.0.0.1:8085"
#: Prints the HTTP status, or what went wrong.
GET = """
import sys, urllib.error, urllib.request
headers = {"Authorization": "Bearer " + sys.argv[2]} if len(sys.argv) > 2 else {}
try:
    print(urllib.request.urlopen(urllib.request.Request(sys.argv[1], None, headers)).status)
except urllib.error.HTTPError as error:
    print(error.code)
except urllib.error.URLError as error:
    print(error.reason.strerror)
"""
#: Opens so many connections to an address, says so, and holds them until its input ends.
HOLD = """
import socket, sys
where, count = sys.argv[1], int(sys.argv[2])
held = []
for _ in range(count):
    sock = socket.socket(socket.AF_UNIX if where.startswith("/") else socket.AF_INET)
    sock.settimeout(5)
    try:
        sock.connect(where if where.startswith("/") else ("127.0.0.1", int(where)))
        held.append(sock)
    except OSError:
        pass
print(len(held), flush=True)
sys.stdin.read()
"""


def get(box: Machine, path: str, key: str = "") -> str:
    """What a local user gets at the TCP port."""
    words = [key] if key else []
    argv = [*GUEST, "/usr/bin/python3", "-c", GET, TCP_URL + path, *words]
    return box.run(*argv, timeout=60).stdout.strip()


def state(box: Machine) -> str:
    return box.show("cortex-llm", "ActiveState")


def answer(box: Machine, **who: str) -> None:
    reply = box.ask("inference", prompt="Hello", max_tokens=2, **who)
    assert reply["status"] == "ok", reply


def engine_of(box: Machine) -> str:
    return box.run("pgrep", "-P", box.show("cortex-llm", "MainPID")).stdout.strip()


@contextmanager
def holding(box: Machine, where: str, count: int, *user: str) -> Iterator[int]:
    """Hold idle connections; what is given is how many there are."""
    argv = [str(SCRIPT), "exec", box.name, "--", *user]
    argv += ["/usr/bin/python3", "-c", HOLD, where, str(count)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/"
    ) as holder:
        assert holder.stdout is not None
        yield int(holder.stdout.readline())
        holder.communicate("")


@pytest.fixture
def model(box: Machine) -> Machine:
    """The model loaded, and a user without privileges."""
    box.sh("id -u guest >/dev/null 2>&1 || useradd guest")
    answer(box)
    return box


@pytest.fixture
def tcp(model: Machine) -> Iterator[str]:
    """The TCP port opened; the key."""
    model.run("systemctl", "start", "cortex-llm-tcp.socket")
    yield model.run("cat", "/etc/cortex/llm.key").stdout.strip()
    model.run("systemctl", "stop", "cortex-llm-tcp.socket", "cortex-llm-tcp.service")


def unload(box: Machine) -> None:
    box.run("systemctl", "stop", "cortex-llm")
    box.sh("systemctl reset-failed")
    assert state(box) == "inactive"


def test_the_tcp_port_is_closed_until_somebody_opens_it(model: Machine) -> None:
    assert get(model, "/health") == "Connection refused"
    assert model.run("systemctl", "is-enabled", "cortex-llm-tcp.socket", check=False).stdout == (
        "disabled\n"
    )


def test_without_the_key_nothing_is_loaded(model: Machine, tcp: str) -> None:
    unload(model)
    for path in ("/health", "/v1/models", "/"):
        assert get(model, path) == "401"
        assert get(model, path, "wrong") == "401"
    assert state(model) == "inactive"
    assert get(model, "/health", tcp) == "200"
    assert state(model) == "active"


def test_use_group_holds_at_the_port_too(model: Machine, tcp: str) -> None:
    """Who may not use the model cannot have it loaded either."""
    model.put("/etc/cortex/daemon.yaml", "access:\n  use_group: adm\n")
    model.run("systemctl", "reload", "cortexd")
    unload(model)
    reply = model.ask("inference", user="guest", prompt="Hello")
    assert reply["error"]["code"] == "UNAUTHORIZED"
    assert get(model, "/health") == "401"
    assert state(model) == "inactive"
    model.sh("rm /etc/cortex/daemon.yaml; systemctl reload cortexd")


def test_300_idle_connections_exhaust_nothing(model: Machine, tcp: str) -> None:
    engine = engine_of(model)
    with holding(model, "8085", 300, *GUEST) as held:
        assert held == 300
        assert get(model, "/health", tcp) == "200"
        answer(model, user="guest")
        answer(model)
        threads = len(model.sh(f"ls /proc/{engine}/task").stdout.split())
        print(f"{held} connections held; {threads} threads of the engine")
    assert engine_of(model) == engine
    assert model.show("cortex-llm", "NRestarts") == "0"


@pytest.mark.parametrize("path", ["/run/cortex-llm.sock", "/run/cortex-llm/llm.sock"])
def test_600_connections_of_the_group_do_not_abort_the_engine(model: Machine, path: str) -> None:
    """Its members are trusted, and still may have a program that forgets to close."""
    engine = engine_of(model)
    with holding(model, path, 600) as held:
        assert held > 100
        threads = len(model.sh(f"ls /proc/{engine}/task").stdout.split())
        print(f"{held} connections held; {threads} threads of the engine")
        assert threads < int(model.show("cortex-llm", "TasksMax")) - 100
    wait_for(lambda: box_answers(model))
    assert engine_of(model) == engine


def box_answers(box: Machine) -> bool:
    return bool(box.ask("inference", prompt="Hello", max_tokens=2)["status"] == "ok")


@pytest.mark.parametrize("who", ["engine", "relay"])
def test_after_a_crash_the_next_request_is_answered(model: Machine, who: str) -> None:
    for _ in range(3):
        answer(model)
        victim = engine_of(model) if who == "engine" else model.show("cortex-llm", "MainPID")
        model.run("kill", "-ABRT" if who == "engine" else "-KILL", victim)
        wait_for(lambda: state(model) != "active")
        answer(model)


def test_after_a_crash_with_connections_open_the_next_request_is_answered(
    model: Machine, tcp: str
) -> None:
    with holding(model, "/run/cortex-llm.sock", 10):
        model.run("kill", "-ABRT", engine_of(model))
        wait_for(lambda: state(model) != "active")
        answer(model)
        assert get(model, "/health", tcp) == "200"


def test_an_upgrade_from_the_tcp_port(model: Machine, wheels: Path) -> None:
    """systemd goes on listening where the unit of the earlier version said."""
    unit = "/usr/local/lib/systemd/system/cortex-llm-proxy.socket"
    model.run("systemctl", "stop", "cortex-llm-proxy.socket")
    model.sh(f"sed -i 's|^ListenStream=.*|ListenStream=127.0.0.1:8085|; /^Socket/d' {unit}")
    model.sh("systemctl daemon-reload; systemctl start cortex-llm-proxy.socket")
    assert get(model, "/health") == "200"  # without a key, as it was
    model.run(INSTALL, "--wheels", str(wheels), timeout=300)
    answer(model)
    assert get(model, "/health") == "Connection refused"
