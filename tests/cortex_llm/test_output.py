import json

import pytest

from cortex_llm import output


def test_data_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_data("42")
    output.say("counting")
    assert capsys.readouterr() == ("42\n", "counting\n")


def test_control_characters_do_not_reach_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_data("name\x1b[2J\x07\u202e")
    assert capsys.readouterr().out == "name\\x1b[2J\\x07\\u202e\n"


def test_nothing_can_be_hidden_in_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    for char in "\u00ad\u034f\u180e\u200b\u200d\u2064\u202e\u3164\ufe0f\U000e0041\U000e01ef":
        assert output.escape(f"a{char}") == f"a{ascii(char)[1:-1]}"
        output.print_json({"name": f"a{char}\x9b"})
        shown = capsys.readouterr().out
        assert shown.isascii()
        assert json.loads(shown) == {"name": f"a{char}\x9b"}


def test_ordinary_text_is_left_alone() -> None:
    assert output.escape("Größe 4, \u6a21\u578b") == "Größe 4, \u6a21\u578b"


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"name": "ä"})
    assert json.loads(capsys.readouterr().out) == {"name": "ä"}
