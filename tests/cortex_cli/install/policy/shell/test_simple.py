import pytest

from cortex_cli.install.policy.shell.grammar import read_script
from cortex_cli.install.policy.shell.script import Script, UnreadableCommand, read_literal


def values(script: Script, name: str) -> list[str | None]:
    return [word and read_literal(word) for word in script.assignments[name]]


def test_redirections() -> None:
    (command,) = read_script("a 2>/dev/null <in >>out 2>&1 &>all b").commands
    found = [(each.operator, read_literal(each.target)) for each in command.redirections]
    assert found == [
        (">", "/dev/null"), ("<", "in"), (">>", "out"), (">&", "1"), ("&>", "all"),
    ]  # fmt: skip
    assert [read_literal(word) for word in command.words] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("x=1", ["1"]),
        ("x=1; x=2", ["1", "2"]),
        ("local x=1", ["1"]),
        ("declare -r x=1", ["1"]),
        ("export x", [None]),
        ("read -r -p y x", [None]),
        ("printf -v x y", [None]),
        ("mapfile -t x", [None]),
        ("x+=1", [None]),
        ("x=(1 2)", [None]),
        ("for x in 1 2; do :; done", ["1", "2"]),
        ("for x in $(a); do :; done", [None]),
    ],
)
def test_what_variables_may_be(text: str, known: list[str | None]) -> None:
    assert values(read_script(text), "x") == known


def test_a_prefix_is_for_one_command() -> None:
    script = read_script("x=1 a")
    assert script.assignments == {}
    assert [name for name, _ in script.commands[0].assignments] == ["x"]


@pytest.mark.parametrize("text", ["a >", "a (b)", "declare a[0]=1", "a <<$x\n", "declare $x=1"])
def test_unreadable(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        read_script(text)
