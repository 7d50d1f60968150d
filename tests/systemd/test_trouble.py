"""Planted causes on a real systemd: ``cortex ask`` names each of them first."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import pytest

from tests.support.machine import CHECKOUT, Machine, machine, wait_for, why_not
from tests.systemd.planted_causes import CAUSES, LISTEN, Planted

pytestmark = pytest.mark.root

# A machine of its own has only a loopback interface: this makes its network look sound.
NETWORK = "ip route add default dev lo; echo 'nameserver 192.0.2.1' >/etc/resolv.conf"


@pytest.fixture(scope="module")
def sound() -> Iterator[Machine]:
    """A machine on which nothing is wrong yet."""
    if reason := why_not():
        pytest.skip(reason)
    with machine("trouble") as box:
        box.sh(NETWORK)
        yield box


def filled(text: str) -> str:
    return text.replace("PYTHON", "/usr/bin/python3").replace("LISTEN", LISTEN)


def plant(box: Machine, planted: Planted) -> None:
    if planted.plant:
        box.sh(filled(planted.plant))
    if planted.unit:
        name = unit_of(planted)
        text = f"[Service]\n{filled(planted.unit)}\n"
        box.put(f"/run/systemd/system/{name}.service", text)
        box.run("systemctl", "daemon-reload")
        box.run("systemctl", "start", name, check=False)
        wait_for(lambda: box.show(name, "ActiveState") == "failed")
    box.run("journalctl", "--sync")


def unit_of(planted: Planted) -> str:
    match = re.search(r"([\w-]+)\\\.service", planted.expected)
    assert match, planted.expected
    return match[1]


def clean(box: Machine, planted: Planted) -> None:
    if planted.clean:
        box.sh(planted.clean)
    if planted.unit:
        box.run("rm", f"/run/systemd/system/{unit_of(planted)}.service")
        box.run("systemctl", "reset-failed")
    box.run("systemctl", "daemon-reload")


def ask(box: Machine, question: str) -> str:
    environ = ("CORTEX_PROVIDER=none", f"PYTHONPATH={CHECKOUT}", "HOME=/root")
    command = (sys.executable, "-m", "cortex_cli", "ask", "--json", question)
    answer: str = json.loads(box.run("env", *environ, *command).stdout)["answer"]
    return answer


@pytest.mark.parametrize("planted", CAUSES, ids=[planted.name for planted in CAUSES])
def test_the_planted_cause_is_named_first(sound: Machine, planted: Planted) -> None:
    plant(sound, planted)
    try:
        answer = ask(sound, planted.question)
    finally:
        clean(sound, planted)
    print(answer)
    first = "\n".join(answer.splitlines()[:2])
    assert re.search(planted.expected, first), answer
    assert len(answer.splitlines()) <= 12
