"""Patterns: what any match needs, bounds on repeats, accents and quotes made plain."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts import patterns


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("address already in use", ("address already in use",)),
        ("(?:abc|defg) x", ("abc", "defg")),
        (r"(?P<port>\d+) refused\.", (" refused.",)),
        ("optional?", ("optiona",)),
        ("(?:whole group)?tail", ("tail",)),
        ("(?!not this)really this", ("really this",)),
        (r"\d+|word", ()),
        ("a{3}bcd", ("bcd",)),
    ],
)
def test_literals_that_any_match_holds(source: str, needs: tuple[str, ...]) -> None:
    assert patterns.find_needs(source) == needs


def test_unbounded_repeats_get_a_bound() -> None:
    assert patterns.bound_repeats(r"a*b+c{2,}d?[*+]\+") == r"a{0,120}b{1,120}c{2,120}d?[*+]\+"
    assert patterns.bound_repeats("x.*?y") == "x.{0,120}?y"


def test_accents_and_typographic_quotes_do_not_matter() -> None:
    one = patterns.pattern("l'opération est refusée")
    assert one.search(patterns.fold("Erreur : L\u2019OPE\u0301RATION est refusée"))
    assert not one.search(patterns.fold("l'opération est permise"))
