import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.install.policy.command_line import check_shown, read_line, unwrap
from cortex_cli.install.policy.shell.script import UnreadableCommand


def split_commands(line: str) -> list[list[str]]:
    return [[str(word) for word in step.argv] for step in read_line(line)]


@pytest.mark.parametrize(
    ("line", "argvs"),
    [
        ("apt-get install nginx", [["apt-get", "install", "nginx"]]),
        ('a \'b c\' "d\\"e" f\\ g', [["a", "b c", 'd"e', "f g"]]),
        ("a '' b", [["a", "", "b"]]),
        ("a;b && c||d|e&", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("a \\\n b\nc", [["a", "b"], ["c"]]),
        ("a'b'\"c\"d#e x=~", [["abcd#e", "x=~"]]),
        ("", []),
        (" ;; ", []),
    ],
)
def test_words_quotes_and_operators(line: str, argvs: list[list[str]]) -> None:
    assert split_commands(line) == argvs


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1))
def test_what_shlex_quotes_comes_back(argv: list[str]) -> None:
    # A first word could be one of the shell's own.
    line = shlex.join(["echo", *argv])
    assert split_commands(line) == [["echo", *argv]]


@pytest.mark.parametrize(
    ("argv", "runs"),
    [
        ("sudo -n -u root -- apt-get update", ["apt-get", "update"]),
        ("sudo -nHuroot /usr/bin/apt-get update", ["apt-get", "update"]),
        ("env -i LANG=C LC_ALL=C apt-get update", ["apt-get", "update"]),
        ("timeout -k 5 10 nice -n 5 apt-get update", ["apt-get", "update"]),
        ("nohup setsid stdbuf -oL ls", ["ls"]),
        ("ls --sudo rm", ["ls", "--sudo", "rm"]),
    ],
)
def test_wrappers_are_taken_off(argv: str, runs: list[str]) -> None:
    assert [*unwrap(argv.split()).argv] == runs


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        ("sudo -s ls", "its option -s may change what runs"),
        ("env PATH=/tmp ls", "it sets PATH"),
        ("sh -c ls", "the arguments of sh do not show what it runs"),
        ("python3.11 x", "the arguments of python3.11 do not show what it runs"),
        ("/tmp/ls", "/tmp/ls is not a system program"),
        ("sudo", "it names no program"),
        ("LANG=C", "it names no program"),
        (" ".join(["sudo"] * 20 + ["ls"]), "more than 16 wrappers"),
    ],
)
def test_what_cannot_be_told_is_unreadable(argv: str, why: str) -> None:
    with pytest.raises(UnreadableCommand) as caught:
        check_shown(unwrap(argv.split()).argv)
    assert why in str(caught.value)


@pytest.mark.parametrize("char", "\u200b\u00ad\u3164\ufe0f\u202e\x1b")
def test_an_invisible_character_is_unreadable(char: str) -> None:
    with pytest.raises(UnreadableCommand, match=rf"invisible character U\+{ord(char):04X}"):
        split_commands(f"ls{char} x")
