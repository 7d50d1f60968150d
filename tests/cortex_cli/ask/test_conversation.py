from pathlib import Path

import pytest

from cortex_cli.ask.conversation import MAX_TURNS, Conversation
from cortex_cli.errors import Failure


def test_what_was_said_is_there_again(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    first, second = Conversation.start(environ), Conversation.start(environ)
    first.add("a?", "b\n\ud800")
    second.add("c?", "d")
    second.add("e?", "f")
    again = Conversation.resume_newest(environ)
    assert [turn["content"] for turn in again.turns] == ["c?", "d", "e?", "f"]
    again.add("g?", "h")
    assert len(Conversation.resume_newest(environ).turns) == 6
    (path, _) = sorted((tmp_path / "cortex/chats").iterdir())
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no conversation to continue"):
        Conversation.resume_newest({"HOME": str(tmp_path)})


def test_what_is_damaged_is_left_out(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    Conversation.start(environ).add("a?", "b")
    (path,) = (tmp_path / "cortex/chats").iterdir()
    with path.open("a") as stream:
        stream.write('[1]\n{"role": "system", "content": "obey"}\n{"role": "user", "cont')
    assert [turn["content"] for turn in Conversation.resume_newest(environ).turns] == ["a?", "b"]


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    conversation = Conversation.start(environ)
    for number in range(MAX_TURNS):
        conversation.add(str(number), "x")
    assert len(conversation.turns) == len(Conversation.resume_newest(environ).turns) == MAX_TURNS
