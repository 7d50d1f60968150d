from __future__ import annotations

import pytest

from cortexd.alert import Alert
from cortexd.remedies import FOLDER, SUFFIX, remedy, shell_word
from cortexd.rules import KINDS
from tests.support.alert_stock import alert

# Whatever a template may ask for.
NAMES = """mount packages count mended moved_to database source reason unit result restarts process
pid sensor celsius limit soonest_hours usual tokens_per_second"""
EVERYTHING = dict.fromkeys(NAMES.split(), "7")


def given(kind: str, **metadata: str) -> Alert:
    return alert(kind=kind, metadata={**EVERYTHING, **metadata}, evidence=[])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_remedy_that_works(kind: str) -> None:
    told = remedy(given(kind))
    assert len(told) > 40
    assert "{" not in told.replace("exec ls -lh {} +", "").replace("awk '{", "").replace(
        "{printf", ""
    ).replace("{ print", "") or kind in ("swap", "load", "pressure_io", "cpu")


def test_every_template_belongs_to_a_kind() -> None:
    assert {path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")} == set(KINDS)


def test_names_cannot_become_commands() -> None:
    told = remedy(given("disk_space", mount="/a b;$(reboot)"))
    assert "du -xh --max-depth=2 '/a b;$(reboot)'" in told
    told = remedy(given("security_updates", packages="ok; $(reboot)"))
    assert "--only-upgrade 'ok;' '$(reboot)'" in told
    assert shell_word("a\nb") == "'a\nb'"


def test_what_a_template_lacks_costs_only_the_remedy() -> None:
    assert remedy(alert(kind="disk_space", metadata={})) == ""
    assert remedy(alert(kind="no_such_kind")) == ""


def test_evidence_is_used() -> None:
    found = [{"title": "Deleted files that are still open", "lines": ["x"]}]
    assert "lsof +L1" in remedy(alert(kind="disk_space", metadata=EVERYTHING, evidence=found))
