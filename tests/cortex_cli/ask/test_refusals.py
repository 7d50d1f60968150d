import pytest

from cortex_cli.ask.refusals import REFUSALS, is_refusal, may_refuse


@pytest.mark.parametrize(
    "text",
    [
        *REFUSALS.values(),
        " I don't know",
        "I don\u2019t know what that is.",
        "The passages do not mention it.",
        "JE NE SAIS PAS",
        "I'm sorry, but I can't help.",
    ],
)
def test_a_refusal_is_one_from_its_first_letter(text: str) -> None:
    assert is_refusal(text)
    assert all(may_refuse(text[:end]) for end in range(1, len(text) + 1))


@pytest.mark.parametrize(
    "text", ["It is full.", "Index it.", "Nothing is wrong.", "I" + "t works. " * 40]
)
def test_an_answer_is_none(text: str) -> None:
    assert not is_refusal(text)
    assert not may_refuse(text)


def test_a_long_answer_says_something() -> None:
    assert not is_refusal("I don't know everything, " + "but this. " * 40)
