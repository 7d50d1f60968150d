"""What counts as a right answer to each question, and what does not."""

from __future__ import annotations

import pytest

from cortex_llm.profiles.questions import QUESTIONS

READY, HELLO, COLOUR, PORT, FORM, UNIT, LOWER, TIME, LIST, REPEAT = QUESTIONS

GOOD_FORM = '{"unit": "nginx.service", "port": 8443}'

RIGHT = [
    (READY, "ready"), (READY, "Ready."), (READY, '"ready"\n'),
    (HELLO, "Hello! How can I help you today?"), (HELLO, "Hi there!"),
    (COLOUR, "Blue."), (COLOUR, "One colour is green."),
    (PORT, "8443"), (PORT, "It listens on port 8443."),
    (FORM, GOOD_FORM), (FORM, '{"port":8443,"unit":"nginx.service"}'),
    (UNIT, "nginx.service"), (UNIT, "The unit `nginx.service` failed."),
    (LOWER, "linux"), (LOWER, "`linux`."),
    (TIME, "09:14"), (LIST, "north, east, south"), (LIST, "North,East,South."),
    (REPEAT, "sudo systemctl restart nginx"), (REPEAT, "`sudo systemctl restart nginx`"),
]  # fmt: skip
# Those without a comment are what SmolLM2-135M-Instruct and gemma-3-270m answered.
WRONG = [
    (READY, "I'm ready to help with your request. What can I assist you with today?"),
    (COLOUR, "One colour is not possible."),
    (LOWER, "LINUX is a word in lower case."),
    (UNIT, 'The unit that failed is the "nginx.service" in /etc/nginx/nginx.conf.'),
    (TIME, "The unit nginx.service failed at 09:14 on Fri Jul 28 2023 12:22:52 UTC (UTC) on"),
    (FORM, '{\n  "unit": "1234567890","port": 8443}'),
    (FORM, "{\n \t \t \t"),
    (HELLO, ".\n\n<h2><strong><em>The 1000th episode of the 1000th episode"),
    (PORT, "443"),  # made up
    (LIST, "north, east, south, west"),  # made up
    (REPEAT, "Sure: sudo systemctl restart nginx"),  # made up
]


def test_there_are_ten_and_the_first_three_tell_a_base_model() -> None:
    assert len(QUESTIONS) == 10
    assert [question.kind for question in QUESTIONS[:3]] == ["stop"] * 3
    assert all(question.kind != "stop" for question in QUESTIONS[3:])


@pytest.mark.parametrize(("question", "text"), RIGHT)
def test_right_answers(question: object, text: str) -> None:
    assert question.judge(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("question", "text"), WRONG)
def test_wrong_answers(question: object, text: str) -> None:
    assert not question.judge(text)  # type: ignore[attr-defined]
