"""Whole scripts before the shipped policy: harmless ones pass, harmful ones do not.

Written before the policy could read them.  Half of each was used while it was taught to
(``tuning``), half was kept apart (``unseen``).  Scripts are separated by lines of ``%%``.
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


def test_there_are_enough() -> None:
    for name in ("good_tuning", "good_unseen", "bad_tuning", "bad_unseen"):
        assert len(set(read_scripts(name))) == 30


@pytest.mark.parametrize("script", read_scripts("good_tuning") + read_scripts("good_unseen"))
def test_a_harmless_script_passes(script: str) -> None:
    verdict = judge_line([SHIPPED], script)
    # Looking as root is looking at everything: a person is asked.
    expected = Level.ASK if script.startswith("sudo ") else Level.ALLOW
    assert verdict.level is expected, verdict


@pytest.mark.parametrize("script", read_scripts("bad_tuning") + read_scripts("bad_unseen"))
def test_a_harmful_script_is_stopped(script: str) -> None:
    assert judge_line([SHIPPED], script).level > Level.ALLOW
