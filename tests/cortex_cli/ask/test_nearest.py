from types import SimpleNamespace

import pytest

from cortex_cli import actions
from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.evidence import Evidence
from cortex_cli.ask.nearest import find_nearest
from cortex_cli.ask.passage import Passage
from cortex_cli.ask.request import Request
from cortex_cli.language.question import Question

PAGES = Evidence(
    (Passage("sort(1)", "sort lines of text files", "", "man sort(1)"),),
    (Passage("uniq(1)", "omit repeated lines", "", "man uniq(1)"),),
)


@pytest.fixture
def two_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of the actions, as it names the nearest."""

    def nearest(question: str, language: str, count: int) -> tuple[SimpleNamespace, ...]:
        assert (question, language) == ("sort my life", "en")
        found = ("Sorts FILE.", "sort FILE"), ("Counts lines.", "count lines of FILE")
        return tuple(SimpleNamespace(title=title, ask=ask) for title, ask in found)[:count]

    monkeypatch.setattr(actions, "nearest", nearest, raising=False)


@pytest.mark.usefixtures("two_actions")
def test_actions_come_first_with_the_question_that_gets_them() -> None:
    assert find_nearest(Request(Question("sort my life")), PAGES) == (
        'Sorts FILE: cortex ask "sort FILE"',
        'Counts lines: cortex ask "count lines of FILE"',
    )


def test_without_an_action_pages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "nearest", lambda *_: (), raising=False)
    lines = ("man sort(1): sort lines of text files", "man uniq(1): omit repeated lines")
    assert find_nearest(Request(Question("sort my life")), PAGES) == lines
    assert find_nearest(Request(Question("sort my life"))) == ()


def test_a_log_has_no_nearest_action() -> None:
    assert find_nearest(Request(Question("why?"), (Attachment("log", "x"),)), PAGES) == ()
