"""Evaluation measures through the real server, and writes what it measured where it belongs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cortex_llm.nano import builtin, evaluate, scoring

pytest.importorskip("xllamacpp", reason="needs the extra llm")


def test_development_requests_are_measured() -> None:
    rows = evaluate.evaluate(builtin.find_builtin_model(), lambda _: None, development=True)
    assert rows[0].name == "intent, held-out requests"
    assert 0 < rows[0].figure.value <= 1
    assert rows[0].figure.count == sum(row.figure.count for row in rows[1:4])


def test_scores_go_into_manifest_and_document(tmp_path: Path) -> None:
    manifest, document = tmp_path / "manifest.json", tmp_path / "doc.md"
    manifest.write_text('{"file": "x"}')
    document.write_text("before\n<!-- scores:default -->\nold\n<!-- /scores:default -->\nafter\n")
    rows = [evaluate.Row("a measure", scoring.proportion(9, 10))]
    for _ in range(2):  # twice is as once
        evaluate.record_scores(rows, manifest, document, "default")
    text = document.read_text()
    assert text.startswith("before\n<!-- scores:default -->\n| measure")
    assert "| a measure | 90.0 % [59.6\u201398.2] (n=10) |\n<!-- /scores:default -->\nafter" in text
    assert "old" not in text
    assert json.loads(manifest.read_text())["scores"]["a measure"]["count"] == 10


@pytest.mark.parametrize("size", ["default", "fixture"])
def test_the_document_shows_what_the_manifest_holds(size: str) -> None:
    scores = json.loads(builtin.manifest_path(builtin.weights_folder(), size).read_text("utf-8"))[
        "scores"
    ]
    assert scores["choice, answers with a name that is no candidate"]["value"] == 0
    document = Path(__file__).parents[3] / "docs/nano-model.md"
    begin, end = evaluate.BEGIN.format(size=size), evaluate.END.format(size=size)
    table = document.read_text("utf-8").split(begin)[1].split(end)[0]
    for name, score in scores.items():
        assert f"| {name} | {100 * score['value']:.1f} %" in table


def test_the_shipped_default_is_worth_shipping() -> None:
    """Against a weaker model being committed by mistake: the goals stand in the document."""
    path = builtin.manifest_path(builtin.weights_folder(), "default")
    scores = json.loads(path.read_text("utf-8"))["scores"]
    fixture = builtin.manifest_path(builtin.weights_folder(), "fixture")
    weaker = json.loads(fixture.read_text("utf-8"))["scores"]
    name = "intent, held-out requests"
    assert scores[name]["value"] > weaker[name]["value"]
