from __future__ import annotations

from typing import Any

import pytest

from cortexd.alerts.remedy_child import FOLDER, SUFFIX, render, shell_word
from cortexd.rules import KINDS

# Whatever a template may ask for.
NAMES = """mount packages count mended moved_to database source reason unit result restarts process
pid sensor celsius limit soonest_hours usual tokens_per_second"""
EVERYTHING = dict.fromkeys(NAMES.split(), "7")


def remedy(kind: str, found: dict[str, list[str]] | None = None, **metadata: str) -> Any:
    request = {
        "template": KINDS[kind].template,
        "m": {**EVERYTHING, **metadata},
        "found": found or {},
    }
    (text,) = render([request])
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_remedy_that_works(kind: str) -> None:
    told = remedy(kind)
    assert isinstance(told, str)
    assert len(told) > 40
    assert "{{" not in told
    assert "{%" not in told


def test_every_template_belongs_to_a_kind() -> None:
    templates = {path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")}
    assert templates == {kind.template for kind in KINDS.values()}


def test_names_cannot_become_commands() -> None:
    told = remedy("disk_space", mount="/a b;$(reboot)")
    assert "du -xh --max-depth=2 '/a b;$(reboot)'" in told
    told = remedy("security_updates", packages="ok; $(reboot)")
    assert "--only-upgrade 'ok;' '$(reboot)'" in told
    assert shell_word("a\nb") == "'a\nb'"


def test_a_template_is_not_filled_twice() -> None:
    assert "{{ 7*7 }}" in remedy("disk_space", mount="{{ 7*7 }}")


def test_evidence_is_used() -> None:
    told = remedy("disk_space", {"Deleted files that are still open": ["x"]})
    assert "lsof +L1" in told


def test_what_is_wrong_is_said() -> None:
    assert "error" in render([{"template": "no_such_template"}])[0]
    assert "error" in render([{"template": "disk_space", "m": {}, "found": {}}])[0]
