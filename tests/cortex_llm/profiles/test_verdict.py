"""From answers to a profile."""

from __future__ import annotations

import pytest

from cortex_llm.profiles.verdict import Answer, judge_answers, judge_header

GOOD = [
    "ready", "Hello!", "Blue", "8443", '{"unit": "nginx.service", "port": 8443}', "nginx.service",
    "linux", "09:14", "north, east, south", "sudo systemctl restart nginx",
]  # fmt: skip


def answers(**changes: str | None) -> list[Answer]:
    """Ten right answers with some changed by their number; None is one that does not end."""
    texts: list[str | None] = list(GOOD)
    for name, text in changes.items():
        texts[int(name[1:])] = text
    return [Answer(text or "and so on and on", text is not None) for text in texts]


def test_a_model_that_gets_all_right_is_chat() -> None:
    verdict = judge_answers(answers())
    assert (verdict.profile, verdict.right, verdict.asked) == ("chat", 10, 10)


def test_two_mistakes_are_forgiven_but_not_three() -> None:
    assert judge_answers(answers(_6="LINUX", _9="no")).profile == "chat"
    assert judge_answers(answers(_6="LINUX", _9="no", _2="none")).profile == "tiny"


@pytest.mark.parametrize(
    "changes",
    [{"_4": '{"unit": "x", "port": 1}'}, {"_3": "80", "_5": "ssh", "_7": "noon"}],
    ids=["no schema", "no copy"],
)
def test_it_must_keep_a_schema_and_copy(changes: dict[str, str]) -> None:
    assert judge_answers(answers(**changes)).profile == "tiny"


def test_a_model_that_does_not_stop_is_base() -> None:
    assert judge_answers(answers(_0=None, _1=None)).profile == "base"
    assert judge_answers(answers(_0=None)).profile == "chat"


@pytest.mark.parametrize(
    "text",
    ["ready<|im_end|>", "ready<|im_", "a\nuser: b", "<start_of_turn>model", "[/INST] x", "</s>"],
)
def test_role_marks_are_those_of_a_base_model(text: str) -> None:
    assert judge_answers(answers(_8=text)).profile == "base"


def test_time_that_ran_out() -> None:
    assert judge_answers(answers()[:5]).profile == "chat"
    verdict = judge_answers(answers()[:4])
    assert (verdict.profile, verdict.reason) == ("tiny", "only 4 of 10 answers in time")
    assert judge_answers([]).profile == "tiny"


def test_thinking_that_is_cut_off_says_nothing() -> None:
    thinking = Answer("", stopped=False, reasoned=True)
    assert judge_answers([thinking] * 10).profile == "tiny"
    assert judge_answers([*answers()[:9], thinking]).profile == "chat"


def test_the_free_test() -> None:
    assert judge_header(chat_template=True) is None
    verdict = judge_header(chat_template=False)
    assert verdict is not None
    assert verdict.profile == "base"
