import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli import output

# What may be drawn as nothing, and what only looks like letters of its neighbours.
HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2069\u206a\u206f\u3164\ufe00\ufe0f\ufeff"
    "\uffa0\ufff9\U0001bca0\U0001d173\U000e0001\U000e0041\U000e007f\U000e0100\U000e01ef"
)


def test_what_a_terminal_acts_on_is_written_out() -> None:
    assert output.escape("a\x1b[31mred\x07") == "a\\x1b[31mred\\x07"
    assert output.escape("abc\u202edcba\u2066") == "abc\\u202edcba\\u2066"
    assert output.escape("\x9b2J\r\ud800\U000e0041") == "\\x9b2J\\x0d\\ud800\\U000e0041"
    assert output.escape("tab\tand\nnewline é 漢 🙂") == "tab\tand\nnewline é 漢 🙂"


def test_nothing_can_be_hidden_in_a_text() -> None:
    for char in HIDDEN:
        shown = output.escape(f"rm{char} x")
        assert shown.isascii()
        assert ascii(char)[1:-1] in shown
        assert not output.is_plain(f"rm{char} x")
    # Format characters that have a shape of their own stay: signs before Arabic numbers and such.
    signs = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for code in range(0x110000):
        if unicodedata.category(chr(code)) == "Cf" and not 0x13430 <= code <= 0x1343F:
            assert bool(output.UNSAFE.match(chr(code))) != (code in signs), hex(code)


def test_honest_text_stays_readable_and_whole() -> None:
    assert output.escape("I \u2764\ufe0f notes.txt") == "I \u2764\\ufe0f notes.txt"
    assert output.escape("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645") == (
        "\u0645\u06cc\\u200c\u062e\u0648\u0627\u0647\u0645"
    )
    assert (
        output.escape("Größe 1\u202f000 é 漢 \u0e01\u0e33 🙂")
        == "Größe 1\u202f000 é 漢 \u0e01\u0e33 🙂"
    )


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_unsafe_is_left(text: str) -> None:
    shown = output.escape(text)
    assert not output.UNSAFE.search(shown)
    shown.encode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_stays_the_same_value(text: str) -> None:
    safe = output.UNSAFE_IN_JSON.sub(output._escape_json, json.dumps(text, ensure_ascii=False))
    assert json.loads(safe) == text


def test_data_and_talk_go_their_ways(capsys: pytest.CaptureFixture[str]) -> None:
    output.data("data\x1b")
    output.data_json({"a": "\u202e"})
    output.talk("talk\x1b")
    output.complain("it failed", "do this")
    out, err = capsys.readouterr()
    assert out == 'data\\x1b\n{"a": "\\u202e"}\n'
    assert err == "talk\\x1b\ncortex: it failed\nhint: do this\n"


def test_progress_away_from_a_terminal_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with output.Progress("working") as progress:
        for step in range(100):
            progress.update(step, 100)
    assert capsys.readouterr().err.splitlines() == ["working …", "working: done in 0.0 s"]


def test_waiting_is_said_after_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    with output.Waiting("waiting for x"):
        pass
    assert capsys.readouterr().err == ""
    with output.Waiting("waiting for x") as waiting:
        time.sleep(output.PATIENCE_S + 0.2)
        waiting.stop()
    assert capsys.readouterr().err == "waiting for x …\n"


def test_pairs_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    output.data_pairs([("a", "1"), ("long", "2\x1b")])
    assert capsys.readouterr().out == "a     1\nlong  2\\x1b\n"


def join(parts: list[tuple[str, str | None]]) -> list[str]:
    return "".join(text for text, _ in parts).split("\n")


def test_a_wide_row_is_wrapped_between_words_below_its_column() -> None:
    row: list[tuple[str, str | None]] = [
        ("* libnginx-mod-stream", output.BOLD),
        ("  Stream module for the Nginx web server, with its documentation", None),
    ]
    assert output.wrap(row, 90) == row
    lines = join(output.wrap(row, 60))
    assert lines == [
        "* libnginx-mod-stream  Stream module for the Nginx web",
        "                     server, with its documentation",
    ]
    assert output.wrap(row, 60)[0] == row[0]


def test_a_column_with_no_room_gets_lines_of_its_own() -> None:
    row: list[tuple[str, str | None]] = [
        ("x" * 50, None),
        ("  one two three four five", None),
        (" (seen)", output.DIM),
    ]
    assert join(output.wrap(row, 60)) == ["x" * 50, "    one two three four five (seen)"]


@given(st.lists(st.text(st.sampled_from("ab -"), max_size=40), max_size=4), st.integers(10, 90))
def test_wrapping_loses_no_word(texts: list[str], columns: int) -> None:
    parts: list[tuple[str, str | None]] = [(text, None) for text in texts]
    wrapped = output.wrap(parts, columns)
    assert [text.split() for text, _ in wrapped] == [text.split() for text in texts]
