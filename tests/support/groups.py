"""One test for a group of entries: hundreds of entries would cost more than their checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

AT_ONCE = 60
T = TypeVar("T")


def for_every(
    entries: Sequence[T], name: Callable[[T], str]
) -> Callable[[Callable[[T], None]], Callable[[Sequence[T]], None]]:
    """Make a check of one entry a test of each group, which names every entry that fails."""
    groups = [entries[start : start + AT_ONCE] for start in range(0, len(entries), AT_ONCE)]

    def decorate(check: Callable[[T], None]) -> Callable[[Sequence[T]], None]:
        @pytest.mark.parametrize("group", groups, ids=lambda group: f"from {name(group[0])}")
        def test(group: Sequence[T]) -> None:
            failures = []
            for entry in group:
                try:
                    check(entry)
                except AssertionError as error:
                    failures.append(f"{name(entry)}: {error}")
            assert not failures, "\n".join(failures)

        return test

    return decorate
