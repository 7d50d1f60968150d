from __future__ import annotations

import re
from pathlib import Path

import pytest

from cortex_cli.concepts import forms
from cortex_cli.expressions import expression, openings
from cortex_cli.trouble import asked

QUESTIONS = Path(__file__).parents[2] / "benchmarks" / "data" / "answers"
ANCHORED = [
    *(pattern for pattern, _ in forms.DEFINITIONS),
    *forms.COMPARISONS,
    forms.WAYS,
    forms.LEADS,
    *asked._GENERAL.values(),
]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("what is (?P<x>.+)", ("what is ",)),
        ("qu'?est", ("qu",)),
        ("(?:open|close) it", ("open", "close")),
        ("(?:the )?port", ("the ", "port")),
        ("¿?(?:que|como) es", ("¿", "que", "como")),
        ("(?:a|b[|)]c)+d|e", ("a", "b", "e")),
        ("(?:a|b)*c", ()),  # may begin with c
        ("a{0,2}b", ()),
        ("a?", ()),
        ("(?:|a)b", ()),
        (r"\bwhat", ()),
        ("(?!what)who", ()),
        ("(?P<x>.+) means", ()),
        ("what|", ()),
        ("", ()),
    ],
)
def test_openings(source: str, wanted: tuple[str, ...]) -> None:
    assert openings(source) == wanted


def test_a_text_that_begins_otherwise_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = expression("what is (.+)")
    monkeypatch.setattr(re, "compile", None)
    assert known.match("where is it") is None
    assert known.fullmatch("") is None


def test_it_does_what_a_pattern_does() -> None:
    known = expression("what is (?P<x>.+)")
    match = known.match("what is it")
    assert match is not None
    assert match["x"] == "it"
    assert match.re == known
    assert known.search("so what is it") is not None
    assert known.match("so what is it", 3) is not None
    assert expression("WHAT", re.IGNORECASE).match("what") is not None
    assert expression(rb"a+").findall(b"aab") == [b"aa"]


def test_nothing_that_matches_is_ruled_out() -> None:
    lines = (
        line.partition("\t")[0].lower().rstrip(" ?.")
        for path in sorted(QUESTIONS.glob("*-dev.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    texts = [text.removeprefix("¿") for text in lines if text]
    assert len(texts) > 300
    matches = 0
    for pattern in ANCHORED:
        lazy, eager = expression(pattern.pattern), re.compile(pattern.pattern)
        for text in texts:
            found = eager.match(text)
            matches += found is not None
            assert bool(lazy.match(text)) is bool(found), (pattern.pattern, text)
    assert matches > 100
