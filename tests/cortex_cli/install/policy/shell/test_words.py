import pytest

from cortex_cli.install.policy.shell.grammar import read_list
from cortex_cli.install.policy.shell.reader import Reader
from cortex_cli.install.policy.shell.script import UnreadableCommand, read_literal
from cortex_cli.install.policy.shell.words import read_word


def read(text: str) -> str | None:
    return read_literal(read_word(Reader(text, read_list)))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("abc def", "abc"),
        ("a\\ b", "a b"),
        ("'a b'c", "a bc"),
        ('"a \\" b"', 'a " b'),
        ('"a\\b"', "a\\b"),
        ("a\\\nb", "ab"),
        ("a;b", "a"),
        ("$ x", "$"),
        ("~/x", "~/x"),
    ],
)
def test_quotes_and_backslashes(text: str, word: str) -> None:
    assert read(text) == word


@pytest.mark.parametrize(
    "text", ["$x", "${x}", '"$x"', "$(ls)", "`ls`", "$1", "$@", "$'a'", "{a,b}"]
)
def test_expansions_are_not_literal(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["\u200bx", "a\u202e", "a\x1b", "\u00a0", "\r"])
def test_invisible_characters(text: str) -> None:
    with pytest.raises(UnreadableCommand, match="invisible"):
        read(text)
