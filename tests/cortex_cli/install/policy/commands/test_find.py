"""What find and xargs run."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import find
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument


def words(text: str) -> list[Argument]:
    return [Argument(word) for word in text.split()]


def test_find_says_what_it_runs() -> None:
    (command,) = find.read_find(words("/var -name x -exec ls -l {} + -o -print"))
    assert command == ["ls", "-l", UNKNOWN]
    for text in ("/x -delete", "/x -fprint y", "/x -exec ls", "-D x", "/x -name"):
        with pytest.raises(UnreadableCommand):
            find.read_find(words(text))


def test_xargs_says_what_it_runs() -> None:
    assert find.read_xargs(words("-0 -r -n 1 ls -l")) == ["ls", "-l", UNKNOWN]
    assert find.read_xargs(words("-I{} ls a{}b c")) == ["ls", f"a{UNKNOWN}b", "c"]
    assert find.read_xargs([]) == ["echo", UNKNOWN]
    with pytest.raises(UnreadableCommand):
        find.read_xargs(words("-a file ls"))
