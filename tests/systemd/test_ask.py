"""``cortex ask`` about what fails, on a machine where something does: a real systemd, its real
journal, and the command from the checkout, which answers by showing what a model would be told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.machine import CHECKOUT, Machine, machine, wait_for, why_not

pytestmark = pytest.mark.root

FAILS = """\
[Unit]
Description=the frobnicator
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "cannot frobnicate: port 4711 is taken" >&2; exit 3'
"""


@pytest.fixture(scope="module")
def failing() -> Iterator[Machine]:
    """A machine with a unit that has failed."""
    if reason := why_not():
        pytest.skip(reason)
    with machine("ask") as box:
        box.put("/etc/systemd/system/frobd.service", FAILS)
        box.run("systemctl", "daemon-reload")
        box.run("systemctl", "start", "frobd", check=False)
        wait_for(lambda: box.show("frobd", "ActiveState") == "failed")
        box.run("journalctl", "--sync")
        yield box


def ask(box: Machine, question: str, *options: str) -> dict[str, Any]:
    environ = ("CORTEX_PROVIDER=fake", f"PYTHONPATH={CHECKOUT}", "HOME=/root")
    command = (sys.executable, "-m", "cortex_cli", "ask", "--json", *options, question)
    found: dict[str, Any] = json.loads(box.run("env", *environ, *command).stdout)
    return found


@pytest.mark.parametrize("question", ["why does frobd fail?", "pourquoi frobd échoue-t-il ?"])
def test_a_failed_units_own_words_are_the_evidence(failing: Machine, question: str) -> None:
    found = ask(failing, question)
    assert "cannot frobnicate: port 4711 is taken" in found["answer"]
    assert found["sources"] == ["journal: frobd.service"]


def test_what_fails_at_all_is_told(failing: Machine) -> None:
    found = ask(failing, "which services failed?")
    assert "frobd" in found["answer"]
    assert found["kind"] in ("fact", "failure")


def test_a_unit_is_found_by_its_own_words(failing: Machine) -> None:
    # The index is made in the background, by the first question to a model.  A system prompt of
    # one's own is for a model: nobody answers in its place.
    question = ("how does the frobd service start?", "--system", "Answer briefly.")

    def found() -> dict[str, Any] | None:
        answer = ask(failing, *question)
        return answer if "unit: frobd.service" in answer["sources"] else None

    assert "the frobnicator" in wait_for(found, timeout=180.0)["answer"]
