"""The ranker finds what a request describes, and prefers programs."""

from __future__ import annotations

from cortex_llm.nano.ranker import Ranker, is_application
from tests.cortex_llm.nano import small


def test_the_described_package_is_found() -> None:
    ranker = Ranker(small.packages())
    assert "imaview" in ranker.rank("please install an image viewer", 3)
    assert "webbrow" in ranker.rank("web browser", 4)


def test_an_exact_name_is_first() -> None:
    assert Ranker(small.packages()).rank("install mapgame", 5)[0] == "mapgame"


def test_nothing_to_search_by() -> None:
    ranker = Ranker(small.packages())
    assert ranker.rank("please install the", 5) == []
    assert ranker.rank('"; drop table p; --', 5) == []


def test_another_language() -> None:
    assert Ranker(small.packages(), "fr").rank("logiciel de image viewer", 1) == ["imaview"]


def test_libraries_are_not_asked_for() -> None:
    package = small.packages()[0]
    assert is_application(package)
    assert not is_application({**package, "name": "libfoo1"})
    assert is_application({**package, "name": "libreoffice-calc"})
    assert not is_application({**package, "section": "libdevel"})
