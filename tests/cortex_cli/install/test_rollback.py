"""Real rollbacks are tried in test_execution.py; here, what is refused before apt is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from cortex_cli.debian.dpkg_status import State
from cortex_cli.errors import Failure, UsageError
from cortex_cli.install.history_entry import Entry
from cortex_cli.install.rollback import plan_rollback
from cortex_cli.settings import Settings
from tests.cortex_cli.conftest import write_lists

THERE = State("2.36-8", "installed")
ENTRY = Entry(
    id=3,
    kind="install",
    request="libc6",
    plan={},
    undoes=None,
    who="ada",
    state="done",
    began=0.0,
    ended=1.0,
    before={"libc6": State("2.36-7", "installed")},
    after={"libc6": THERE},
    output="",
    failed_command=None,
    exit_status=0,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environ=write_lists(tmp_path / "apt"))


def test_a_dry_run_has_done_nothing(settings: Settings) -> None:
    with pytest.raises(UsageError, match="entry 3 was a dry run"):
        plan_rollback(settings, replace(ENTRY, state="dry run"))


def test_what_still_runs_is_left_alone(settings: Settings) -> None:
    with pytest.raises(Failure, match="entry 3 is still running"):
        plan_rollback(settings, replace(ENTRY, state="running"))


def test_what_has_changed_since_is_left_alone(settings: Settings) -> None:
    entry = replace(ENTRY, after={"libc6": State("2.36-6", "installed")})
    with pytest.raises(Failure, match=r"it was 2\.36-6, now 2\.36-8"):
        plan_rollback(settings, entry)


def test_a_version_that_cannot_be_had_is_named(settings: Settings) -> None:
    with pytest.raises(Failure, match=r"no longer available: libc6 2\.36-7"):
        plan_rollback(settings, ENTRY)


def test_what_is_back_already_needs_nothing(settings: Settings) -> None:
    assert plan_rollback(settings, replace(ENTRY, before={"libc6": THERE})).commands == ()
