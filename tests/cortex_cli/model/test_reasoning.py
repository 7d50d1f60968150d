import pytest

from cortex_cli.model.reasoning import ReasoningFilter


def split(text: str, size: int) -> tuple[str, str, ReasoningFilter]:
    reader = ReasoningFilter()
    answer = "".join(reader.feed(text[at : at + size]) for at in range(0, len(text), size))
    return answer + reader.finish(), reader.thoughts, reader


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "answer", "thoughts"),
    [
        ("nginx is a server.", "nginx is a server.", ""),
        ("<think>\nhm\n</think>\n\nIt is.", "It is.", "\nhm\n"),
        ("\n<THINK>a < b, c</THINK>Yes </think> too", "Yes </think> too", "a < b, c"),
        ("<thinking>a</thinking>b", "b", "a"),
        ("<think>only thoughts", "", "only thoughts"),
        ("<think></think>", "", ""),
        ("", "", ""),
        ("<thinner> is no tag", "<thinner> is no tag", ""),
        ("Use a < b and <b>", "Use a < b and <b>", ""),
        ("<", "<", ""),
        ("Write <think> in HTML", "Write <think> in HTML", ""),
    ],
)
def test_thoughts_are_no_answer(text: str, answer: str, thoughts: str, size: int) -> None:
    shown, held, _ = split(text, size)
    assert (shown.lstrip(), held) == (answer, thoughts)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thoughts_that_the_template_opened_are_known_by_their_end(size: int) -> None:
    shown, thoughts, reader = split("Let me see.\n</think>\nIt is.", size)
    assert thoughts == "Let me see.\n"
    assert shown.endswith("It is.")
    assert reader.was_misread == (shown != "It is.")
