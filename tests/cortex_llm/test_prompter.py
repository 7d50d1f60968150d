"""Answers that were given beforehand; typed ones are in test_wizard.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm.errors import UsageError
from cortex_llm.prompter import Answers, Prompter, _read_answers


def prompter(**values: str) -> Prompter:
    return Prompter(Answers(values), interactive=False)


def test_given_answers_are_checked() -> None:
    assert prompter(threads="4").number("threads", "Threads", 2, 1, 8) == 4
    for wrong in ("0", "9", "four", "-1", "٣", ""):
        with pytest.raises(UsageError):
            prompter(threads=wrong or " ").number("threads", "Threads", 2, 1, 8)


def test_the_default_counts_where_nobody_is_asked() -> None:
    assert prompter().number("threads", "Threads", 2, 1, 8) == 2
    assert Prompter(Answers(), interactive=False, assume_yes=True).confirm("proceed", "Do it?")
    assert prompter(proceed="yes").confirm("proceed", "Do it?")
    assert not prompter(proceed="n").confirm("proceed", "Do it?")
    assert not prompter().confirm("oversize", "Sure?", default=False)
    with pytest.raises(UsageError, match="not answered"):
        prompter().text("url", "URL")


def test_where_nobody_is_asked_nothing_is_agreed_to() -> None:
    with pytest.raises(UsageError, match="confirmation needs a terminal") as caught:
        prompter().confirm("proceed", "Do it?")
    assert "--yes" in str(caught.value.hint)


def test_a_choice_by_key_or_number() -> None:
    options = {"a": "first", "b": "second"}
    assert prompter(backend="b").choose("backend", "?", options, "a") == "b"
    assert prompter(backend="2").choose("backend", "?", options, "a") == "b"
    with pytest.raises(UsageError, match="choose 1 to 2"):
        prompter(backend="c").choose("backend", "?", options, "a")


def test_an_answer_not_accepted_ends_it() -> None:
    with pytest.raises(UsageError, match="--model"):
        prompter(model="x").without("model")


def test_a_file_of_answers(tmp_path: Path) -> None:
    path = tmp_path / "answers"
    path.write_text("# mine\nBACKEND='file'\n")
    assert _read_answers(path) == {"backend": "file"}
    path.write_text("nonsense\n")
    with pytest.raises(UsageError, match="line 1"):
        _read_answers(path)
    with pytest.raises(UsageError, match="cannot read"):
        _read_answers(tmp_path / "none")
