import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.ask import attachments
from cortex_cli.ask.attachments import KEPT_END_BYTES, Attachment
from cortex_cli.errors import Failure

CHECKOUT = Path(__file__).resolve().parents[3]
SHOW = """
from cortex_cli.ask import attachments
for each in attachments.collect([]):
    print(each.name, each.text)
"""


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\r\ntwo\x1b[31m\xff\n")
    (found,) = attachments.collect([path], stdin_is_data=False)
    assert (found.name, found.text) == (str(path), "one\ntwo\\x1b[31m\ufffd\n")


def test_what_is_empty_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(" \n")
    assert attachments.collect([tmp_path / "log"], stdin_is_data=False) == []


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot read .*/none: No such file"):
        attachments.collect([tmp_path / "none"], stdin_is_data=False)
    with pytest.raises(Failure, match="Is a directory"):
        attachments.collect([tmp_path], stdin_is_data=False)


@pytest.mark.parametrize(("given_in", "shown"), [("a b", "standard input a b\n"), ("", "")])
def test_what_is_piped_in(given_in: str, shown: str) -> None:
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(
        command, input=given_in, capture_output=True, text=True, cwd=CHECKOUT, check=True
    )
    assert done.stdout == shown


def test_no_pipe_no_data() -> None:
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, cwd=CHECKOUT, check=True
    )
    assert done.stdout == b""


def test_of_what_is_huge_both_ends_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"first\n" + b"x" * (5 * KEPT_END_BYTES) + b"\nlast")
    (found,) = attachments.collect([path], stdin_is_data=False)
    assert found.text.startswith("first\n")
    assert found.text.endswith("\nlast")
    assert len(found.before) + len(found.after) < 3 * KEPT_END_BYTES
    assert f"[… {found.cut} characters left out here …]" in found.text


@given(text=st.text(max_size=300), limits=st.lists(st.integers(2, 300), min_size=1, max_size=3))
def test_a_cut_is_from_the_middle_and_counted(text: str, limits: list[int]) -> None:
    found = Attachment("x", text)
    for limit in limits:
        found = found.shorten(limit)
        assert len(found.before) + len(found.after) <= max(limit, 0)
    assert text.startswith(found.before)
    assert text.endswith(found.after)
    assert found.cut == len(text) - len(found.before) - len(found.after)


def test_several_share_the_room() -> None:
    short, long = Attachment("a", "s" * 10), Attachment("b", "l" * 1000)
    found = attachments.fit([long, short], 110)
    assert found[1] == short
    assert len(found[0].before) + len(found[0].after) == 100


@given(text=st.text(max_size=100))
def test_no_text_holds_its_own_mark(text: str) -> None:
    found = Attachment("x", text)
    again = Attachment("x", f"{text}<{found.mark}>")
    assert found.mark not in found.text
    assert again.mark not in again.text
