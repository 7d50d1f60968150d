"""Words around values."""

from __future__ import annotations

import pytest

from cortex_cli.probes import sayings
from cortex_cli.probes.probe import Span
from cortex_cli.probes.quantities import free_size, human, percent, size


@pytest.mark.parametrize(
    ("seconds", "language", "said"),
    [
        (59, "en", "59 seconds"),
        (60, "fr", "1 minute"),
        (3600 * 25 + 120, "en", "1 day, 1 hour, 2 minutes"),
        (604800 * 2, "es", "2 semanas"),
        (31536000 + 86400, "fr", "1 an, 1 jour"),
    ],
)
def test_a_span_is_worded_as_uptime_does(seconds: float, language: str, said: str) -> None:
    assert sayings.span(seconds, language) == said


def test_a_number_takes_its_word() -> None:
    template = "{n|process|processes}"
    assert sayings.fill(template, {"n": 1}, "en") == "1 process"
    assert sayings.fill(template, {"n": 0}, "en") == "0 processes"
    assert sayings.fill("{n|processus|processus}", {"n": 0}, "fr") == "0 processus"


def test_what_is_missing_leaves_its_brackets_out() -> None:
    assert sayings.fill("a[[ at {x}]]", {}, "en") == "a"
    assert sayings.fill("a[[ at {x}]]", {"x": Span(60)}, "en") == "a at 1 minute"


@pytest.mark.parametrize(
    ("count", "gib", "df", "free"),
    [
        (0, "0 B", "0", "0B"),
        (1536, "1.5 KiB", "1.5K", "1.5Ki"),
        (270582939648, "252.0 GiB", "252G", "252Gi"),
        (10 * 1024**3 + 1, "10.0 GiB", "11G", "10Gi"),
    ],
)
def test_amounts_are_printed_as_the_tools_do(count: int, gib: str, df: str, free: str) -> None:
    assert (size(count), human(count), free_size(count)) == (gib, df, free)


def test_a_share_of_nothing_is_nothing() -> None:
    assert percent(1, 0) == "0%"
    assert percent(1, 3) == "33%"
