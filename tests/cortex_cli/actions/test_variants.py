"""The same request with a slip, a reason or a story; and what is offered where nothing is found."""

from __future__ import annotations

import pytest

from cortex_cli import actions
from cortex_cli.actions import spelling
from cortex_cli.finding import CHANGES, READS


@pytest.mark.parametrize(
    ("language", "question", "command"),
    [
        ("en", "how do I restrat nginx", "systemctl restart nginx"),
        ("en", "show me the free memroy", "free -h"),
        ("fr", "redemarer nginx", "systemctl restart nginx"),
        ("es", "descomprmir datos.zip", "unzip datos.zip"),
        (
            "en",
            "make /etc/resolv.conf immutable so nothing overwrites it",
            "chattr +i /etc/resolv.conf",
        ),
        (
            "en",
            "my laptop is slow today, which process uses most memory",
            "ps aux --sort=-%mem | head -n 11",
        ),
    ],
)
def test_what_is_meant_is_found(language: str, question: str, command: str) -> None:
    found = actions.find(question, language)
    assert found is not None
    assert found.commands[0].text == command


@pytest.mark.parametrize("question", ["delte the file a.txt", "delte everything in docs"])
def test_a_guess_never_deletes(question: str) -> None:
    found = actions.find(question, "en")
    assert found is None or {one.effect for one in found.commands} <= {READS, CHANGES}


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("restrat", "restart", True),
        ("memroy", "memory", True),
        ("delte", "delete", True),
        ("deletee", "delete", True),
        ("dalete", "delete", True),
        ("delete", "delete", False),
        ("delate", "remote", False),
        ("abcdef", "badcfe", False),
    ],
)
def test_one_slip(one: str, other: str, near: bool) -> None:
    assert spelling.one_slip(one, other) is near
    assert spelling.one_slip(other, one) is near


def test_names_are_no_slips() -> None:
    found = actions.find("create user marta", "en")
    assert found is not None
    assert found.commands[0].text == "adduser marta"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_what_is_offered_can_be_asked(language: str) -> None:
    question = {
        "en": "make the wifi network visible to nobody",
        "fr": "rendre le réseau wifi invisible",
        "es": "hacer invisible la red wifi",
    }[language]
    offered = actions.nearest(question, language)
    assert 0 < len(offered) <= 2
    for one in offered:
        assert "{" not in one.title + one.ask
        assert one.title.endswith(".")


def test_nothing_near_is_offered_for_what_is_far() -> None:
    assert actions.nearest("who won the football world cup in 1998", "en") == ()
    assert actions.nearest("", "en") == ()
    assert actions.nearest("x" * 100_000, "en") == ()
