"""No expression that reads what strangers write takes more than linear time, whatever the text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from tests.support.expressions import Expression, collect, hostile_recipes

# From short ones on: some take exponential time. Linear ones take 1 ms for the longest.
LENGTHS = (12, 20, 4096)
# Below this nothing is worth a second look, and noise is as large as what is measured.
FLOOR_S = 0.008
# Linear is 2, quadratic 4.
MOST_GROWTH = 3.0
ATTEMPTS = 3


def measure(call: Callable[[str], object], text: str, attempts: int = 1) -> float:
    """The least processor time of some attempts: neighbours only add to it."""
    times = []
    for _ in range(attempts):
        started = time.thread_time()
        call(text)
        times.append(time.thread_time() - started)
    return min(times)


def find_slow_text(each: Expression) -> str | None:
    """The first text for which a doubled length takes over three times as long, shortened."""
    compiled = re.compile(each.pattern, each.flags)

    def call(text: str) -> object:
        if not each.searched:
            return compiled.match(text), compiled.fullmatch(text)
        return sum(1 for _ in compiled.finditer(text))

    for recipe in hostile_recipes(each.pattern, each.flags):
        for length in LENGTHS:
            text = recipe.write(length)
            if measure(call, text) < FLOOR_S:
                continue
            half = recipe.write(length // 2)
            whole, part = measure(call, text, ATTEMPTS), measure(call, half, ATTEMPTS)
            if whole > FLOOR_S and whole > MOST_GROWTH * part:
                return f"{text[:60]!r}… {len(half)}: {part:.3f} s, {len(text)}: {whole:.3f} s"
            break
    return None


@pytest.fixture(scope="module")
def expressions() -> list[Expression]:
    return collect()


def test_they_are_found(expressions: list[Expression]) -> None:
    places = {each.place.partition(":")[0] for each in expressions}
    assert len(expressions) > 300
    assert {"cortexd.yamlfile", "cortex_cli.output", "cortex_llm.unit"} <= places


@pytest.mark.parametrize(
    ("pattern", "searched"),
    [
        (r"(a+)+$", False),
        (r"\s+$", True),
        (r"(?:\w+\s?)*:", False),
        (r"[a-z]+\d", True),
        (r"(\d+)(\d*)x", False),
    ],
)
def test_the_measure_sees_slow_ones(pattern: str, searched: bool) -> None:
    assert find_slow_text(Expression("here", pattern, 0, searched))


# Whoever writes to the daemon, a package's description, apt's output, a model's answer.
# Not yet: what only reads a question that the same person has typed (cortex_cli.concepts, actions).
READS_STRANGERS = (
    "cortexd.",
    "cortex_cli.index.kinds",
    "cortex_cli.install.simulation",
    "cortex_cli.install.splitting",
    "cortex_cli.ask.snippets:22",
)


def test_they_are_linear(expressions: list[Expression]) -> None:
    slow = {}
    for each in expressions:
        if not each.place.startswith(READS_STRANGERS):
            continue
        if (text := find_slow_text(each)) is not None:
            slow[f"{each.place} {each.pattern[:80]}"] = text
    assert not slow, "\n".join(f"{place}: {text}" for place, text in slow.items())
