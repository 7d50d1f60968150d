"""Values go to the parameters that the words around them announce."""

from __future__ import annotations

import pytest

from cortex_cli.actions import matcher, sentence


def best(question: str, language: str = "en") -> matcher.Match:
    asked = sentence.read(question, language)
    assert asked is not None
    return matcher.matches(asked)[0]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("add user lena to the group video", {"user": "lena", "group": "video"}),
        ("add to the group video the user lena", {"user": "lena", "group": "video"}),
        ("put lena into group audio", {"user": "lena", "group": "audio"}),
        ("copy a.txt to b.txt", {"source": "a.txt", "target": "b.txt"}),
        ("is port 22 of host web1 reachable", {"port": "22", "host": "web1"}),
        ("mount /dev/sdb1 on /mnt", {"device": "/dev/sdb1", "path": "/mnt"}),
        ("restart the service apache", {"unit": "apache2"}),
        ("schedule a reboot in 2 hours", {"minutes": "120"}),
    ],
)
def test_values(question: str, values: dict[str, str]) -> None:
    assert best(question).values == values


def test_what_is_not_said_keeps_its_default() -> None:
    assert best("show the last logins").values == {}


def test_a_literal_that_no_slot_takes_counts_against() -> None:
    plain, more = (
        best("show free disk space").score,
        best("who is logged in at 10.0.0.1 /srv").score,
    )
    assert plain > 0.9
    assert more < 0.6


def test_a_known_word_is_no_name_without_its_cue() -> None:
    assert best("restart the computer").action.name == "power-reboot"
