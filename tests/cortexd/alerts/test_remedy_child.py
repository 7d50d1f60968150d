from __future__ import annotations

from typing import Any

import pytest

from cortexd.alerts.remedy_child import FOLDER, SUFFIX, quote, render
from cortexd.rules import KINDS

# Whatever a template may ask for.
NAMES = """mount device packages count mended moved_to database source reason unit result restarts
process pid sensor celsius limit soonest_hours usual tokens_per_second"""
EVERYTHING = dict.fromkeys(NAMES.split(), "7")


def remedy(kind: str, evidence: dict[str, list[str]] | None = None, **metadata: str) -> Any:
    request = {
        "template": KINDS[kind].template,
        "m": {**EVERYTHING, **metadata},
        "found": evidence or {},
    }
    (text,) = render([request])
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_remedy_that_works(kind: str) -> None:
    text = remedy(kind)
    assert isinstance(text, str)
    assert len(text) > 40
    assert "{{" not in text
    assert "{%" not in text


def test_every_template_belongs_to_a_kind() -> None:
    templates = {path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")}
    assert templates == {kind.template for kind in KINDS.values()}


def test_names_cannot_become_commands() -> None:
    text = remedy("disk_space", mount="/a b;$(reboot)")
    assert "du -xh --max-depth=2 '/a b;$(reboot)'" in text
    text = remedy("security_updates", packages="ok; $(reboot)")
    assert "--only-upgrade 'ok;' '$(reboot)'" in text
    assert quote("a\nb") == "'a\nb'"


def test_a_template_is_not_filled_twice() -> None:
    assert "{{ 7*7 }}" in remedy("disk_space", mount="{{ 7*7 }}")


def test_evidence_is_used() -> None:
    text = remedy("disk_space", {"Deleted files that are still open": ["x"]})
    assert "lsof +L1" in text


def test_errors_are_reported() -> None:
    assert "error" in render([{"template": "no_such_template"}])[0]
    assert "error" in render([{"template": "disk_space", "m": {}, "found": {}}])[0]
