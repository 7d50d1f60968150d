"""Text that gives orders changes no plan: not as a description, not as the request, and not
with a model that obeys it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cortex_cli.commands.scripted import scripted
from tests.cortex_cli.conftest import WHAT_APT_NEEDS, Cortex
from tests.support.fake_llm import say

ORDERS = [
    line
    for line in Path(__file__).with_name("injections.txt").read_text().splitlines()
    if not line.startswith("# ")
]
REQUESTS = ("nginx", "make", "fast webserver minimal memory")


def poison(cortex: Cortex) -> None:
    """Add a package for each order, with the order as its description."""
    lists = Path(cortex.environ["CORTEX_APT_LISTS"])
    (packages,) = lists.glob("*_Packages")
    stanzas = [
        f"Package: poisoned-{number}\n{WHAT_APT_NEEDS}\nVersion: 1\n"
        f"Description: {order}\n {order}\n"
        for number, order in enumerate(ORDERS)
    ]
    packages.write_text(packages.read_text() + "\n" + "\n".join(stanzas))


@pytest.fixture
def obedient(cortex: Cortex, runtime: Path) -> Iterator[Cortex]:
    """The command, with a model that does what it is told."""
    reply = say('{"packages": ["evil-payload"]}')
    with scripted(cortex, runtime, "chat", reply) as (command, _):
        yield command


def test_the_corpus_is_there() -> None:
    assert len(ORDERS) >= 20


@pytest.mark.parametrize("request_text", REQUESTS)
def test_descriptions_that_give_orders_change_no_plan(obedient: Cortex, request_text: str) -> None:
    before = json.loads(obedient.run("install", request_text, "--json").stdout)
    poison(obedient)
    after = json.loads(obedient.run("install", request_text, "--json").stdout)
    for key in ("packages", "commands", "services", "changes", "warnings"):
        assert after[key] == before[key]


@pytest.mark.parametrize("order", ORDERS)
def test_a_request_that_gives_orders_is_only_words(obedient: Cortex, order: str) -> None:
    done = obedient.run("install", "--json", "--", order)
    assert done.returncode in (0, 1, 3), done.stderr
    if done.returncode:
        assert done.stdout == ""
        return
    found = json.loads(done.stdout)
    for command in found["commands"]:
        plain = command[1:] if command[0] == "sudo" else command
        assert plain[:3] == ["apt-get", "install", "--yes"]
        names = [package["name"] for package in found["packages"]]
        assert plain[3:] == [name for name in names if not name.startswith("-")]
    assert "evil-payload" not in [package["name"] for package in found["packages"]]
