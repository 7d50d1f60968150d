"""A wrong catalogue is named: its file, its entry and its field."""

from __future__ import annotations

from typing import Any

import pytest

from cortex_cli.error_texts.entries import CatalogueError, build

TEXT = {"en": "It is.", "fr": "C'est.", "es": "Es."}


def entry(**changed: Any) -> dict[str, Any]:
    return {"id": "one", "match": ["abc def"], "rank": 50, "means": TEXT, "remedy": TEXT} | changed


def test_an_entry_is_found_by_its_names() -> None:
    catalogue = build([("a.yaml", [entry(names=["EONE", "Première"])])])
    assert catalogue.names["eone"] == catalogue.names["premiere"] == "one"
    assert catalogue.entries["one"].match[0].search("say abc def now")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"rank": 101}, "rank must be 0 to 100"),
        ({"id": "One Two"}, "id must be"),
        ({"match": ["(unclosed"]}, "match"),
        ({"means": {"en": "x"}}, "means must say en, fr and es"),
        ({"causes": {"en": ["a"], "fr": [], "es": ["c"]}}, "causes differ in number"),
        ({"extra": 1}, "unknown field extra"),
        ({"commands": "ls"}, "commands must be a list"),
    ],
)
def test_a_mistake_names_file_and_field(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(CatalogueError, match=says) as caught:
        build([("bad.yaml", [entry(**changed)])])
    assert "bad.yaml" in str(caught.value)


def test_an_id_is_used_once() -> None:
    with pytest.raises(CatalogueError, match="used twice"):
        build([("a.yaml", [entry()]), ("b.yaml", [entry()])])
