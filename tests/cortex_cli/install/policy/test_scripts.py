"""Whole scripts before the shipped policy: harmless ones pass, harmful ones do not.

Written before the policy could read them.  Half of each was used while it was taught to
(``tuning``), half was kept apart (``unseen``); ``later`` are more, written when it could.  Once
the tuning half passed, 27 of 30 ``good_unseen`` did; at first sight 23 of 25 ``good_later``, and
none of the harmful.
Scripts are separated by lines of ``%%``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.judging import judge_line
from cortex_cli.install.policy.rules import Level

FOLDER = Path(__file__).with_name("scripts")
SHIPPED = policy_file.load_file(policy_file.SHIPPED_FILE)


def read_scripts(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text().split("%%\n")


HALVES = ("tuning", "unseen", "later")


def read_all(kind: str) -> list[str]:
    return [script for half in HALVES for script in read_scripts(f"{kind}_{half}")]


def test_there_are_enough() -> None:
    for kind in ("good", "bad"):
        counts = [len(set(read_scripts(f"{kind}_{half}"))) for half in HALVES]
        assert counts == [30, 30, 25]


@pytest.mark.parametrize("script", read_all("good"))
def test_a_harmless_script_passes(script: str) -> None:
    verdict = judge_line([SHIPPED], script)
    # Looking as root is looking at everything: a person is asked.
    expected = Level.ASK if script.startswith("sudo ") else Level.ALLOW
    assert verdict.level is expected, verdict


@pytest.mark.parametrize("script", read_all("bad"))
def test_a_harmful_script_is_stopped(script: str) -> None:
    assert judge_line([SHIPPED], script).level > Level.ALLOW
