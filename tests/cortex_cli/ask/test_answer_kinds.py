import pytest

from cortex_cli.ask.answer_kinds import find_kind
from cortex_cli.language.question import Question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how many name servers can be listed?", "number"),
        ("combien de lignes ?", "number"),
        ("¿cuántos procesos hay?", "number"),
        ("on which port does it listen?", "number"),
        ("which option hides the header?", "option"),
        ("where are the logs?", "place"),
        ("¿dónde está el registro?", "place"),
        ("when does it run?", "time"),
        ("pourquoi cela échoue ?", "reason"),
        ("why does it fail?", "reason"),
        ("who may read it?", "person"),
        ("is it safe?", None),
    ],
)
def test_the_kind_is_in_the_question(question: str, kind: str | None) -> None:
    found = find_kind(Question(question))
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("how many are there?", "Up to three servers.", "Some servers."),
        ("which option is it?", "-k, --kill sends a signal.", "It sends a signal."),
        ("where is it?", "It is kept in /etc.", "It is well."),
        ("when does it run?", "It runs every hour.", "It runs."),
        ("why?", "Because the disk is full.", "The disk is round."),
    ],
)
def test_a_line_of_the_kind(question: str, right: str, wrong: str) -> None:
    kind = find_kind(Question(question))
    assert kind is not None
    assert kind.answers(right)
    assert not kind.answers(wrong)
