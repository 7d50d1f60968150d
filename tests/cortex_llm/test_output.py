import ast
import io
import json
from pathlib import Path

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


def test_no_sentence_has_a_newline_that_would_be_escaped() -> None:
    """``print_data`` and ``say`` print one line: a newline of ours would show as two signs."""
    broken = []
    for path in Path(output.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("print_data", "say"):
                texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
                if any(isinstance(text, str) and "\n" in text for text in texts):
                    broken.append(f"{path.name}:{call.lineno}")
    assert broken == []


def test_a_row_goes_on_below_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "  1) Qwen2.5 0.5B Instruct   0.46 GiB    1 GiB  very fast  fair  small machines"
    monkeypatch.setattr(output.sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    output.print_row(text, 5)
    lines = output.sys.stdout.getvalue().splitlines()
    assert len(lines) == 2
    assert max(map(len, lines)) <= 60
    assert lines[1].startswith("     ")
    assert " ".join(lines).split() == text.split()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
