"""The judge of the benchmarks; what they measure is theirs."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import BENCHMARKS, __main__, measure, report
from benchmarks.report import Outcome, Result, Skipped


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[list[Outcome]]:
    """A benchmark called fake; each of the lists is what an attempt yields."""
    attempts: list[list[Outcome]] = []

    def run(_bench: object) -> Iterator[Outcome]:
        yield from attempts.pop(0)

    module = types.ModuleType("benchmarks.fake")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "benchmarks.fake", module)
    monkeypatch.setattr(__main__, "BENCHMARKS", ("fake",))
    return attempts


def result(value: float, *, at_least: bool = False, what: str = "figure") -> Result:
    return Result("fake", what, value, 10, "ms", at_least=at_least)


def test_every_name_is_a_module_that_says_what_it_measures() -> None:
    for name in BENCHMARKS:
        module = __import__(f"benchmarks.{name}", fromlist=["run"])
        assert module.__doc__
        assert callable(module.run)


def test_limits() -> None:
    assert result(10).passed
    assert not result(10.1).passed
    assert result(10, at_least=True).passed
    assert not result(9.9, at_least=True).passed


def test_the_best_attempt_counts(
    fake: list[list[Outcome]], capsys: pytest.CaptureFixture[str]
) -> None:
    fake += [
        [result(12), result(9, at_least=True, what="floor")],
        [result(9), result(8, at_least=True, what="floor")],
        [result(11), result(11, at_least=True, what="floor")],
        [],
    ]
    assert __main__.main(["fake"]) == 0
    assert fake == [[]]
    out = capsys.readouterr().out
    assert "9 ≤ 10" in out
    assert "11 ≥ 10" in out
    assert "attempt 2" in out
    assert "2 of 2 limits kept" in out


def test_past_a_limit_and_broken(
    fake: list[list[Outcome]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fake += [[result(12), Skipped("fake", "other", "no compiler")]]
    assert __main__.main(["--attempts", "1", "--json", str(tmp_path / "out.json"), "fake"]) == 1
    assert "past its limit: fake: figure" in capsys.readouterr().out
    document = json.loads((tmp_path / "out.json").read_text())
    assert [found["passed"] for found in document["results"]] == [False]
    assert [found["reason"] for found in document["skipped"]] == ["no compiler"]
    assert __main__.main(["fake"]) == __main__.EXIT_BROKEN  # the list of attempts is empty


def test_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["pign"]) == __main__.EXIT_USAGE
    assert "no benchmark pign" in capsys.readouterr().err


def test_figures() -> None:
    assert measure.percentile([float(number) for number in range(100)], 99) == 99
    assert measure.ratio([1, 2, 4], [2, 2, 4]) == 1
    order: list[str] = []
    measure.paired(2, lambda: order.append("a") or 1.0, lambda: order.append("b") or 1.0)  # type: ignore[func-returns-value]
    assert order == ["a", "b", "b", "a"]
    assert report.line(result(1234.5)).count("1,23") == 1
