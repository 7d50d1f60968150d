from __future__ import annotations

from cortexd.sources.apt_output import find_masked, find_security_indexes, parse_updates
from tests.support.apt_updates import (
    MASKED,
    POLICY,
    SECURITY_INDEXES,
    SIMULATION,
    TARGETS,
    UPDATES,
)


def test_updates_are_parsed() -> None:
    updates = parse_updates(SIMULATION)
    assert [(update.name, update.new, update.security) for update in updates] == UPDATES


def test_what_lies_between_the_installed_and_the_new_version() -> None:
    indexes = find_security_indexes(TARGETS)
    assert indexes == SECURITY_INDEXES
    assert find_masked(POLICY, indexes) == MASKED
    assert find_masked(POLICY, frozenset()) == set()
