"""What is read of a script: every command in it, wherever it stands."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.command_line import read_line
from cortex_cli.install.policy.shell.grammar import read_script
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand


def commands(text: str) -> list[str]:
    return [" ".join(step.argv).replace(UNKNOWN, "…") for step in read_line(text) if step.argv]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a; b && c || d & e", ["a", "b", "c", "d", "e"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("while a; do b; done; until c; do d; done", ["a", "b", "c", "d"]),
        ("for i in 1 2; do a $i; done", ["a 1", "a 2"]),
        ("for i in $(a); do b $i; done", ["a", "b …"]),
        ("for ((i = 0; i < 3; i++)); do a; done", ["a"]),
        ("case $x in a|b) c;; (d) e;& *) f; esac", ["c", "e", "f"]),
        ("f() { a; }; f", ["a"]),
        ("function f { a; }", ["a"]),
        ("{ a; }; (b; c)", ["a", "b", "c"]),
        ("[[ -f x && $(a) == b ]] && c", ["a", "c"]),
        ("! a", ["a"]),
        ("x=$(a) y=`b`", ["a", "b"]),
        ('c "x $(a "$(b)") y"', ["b", "a …", "c x … y"]),
        ("a <(b) >(c)", ["b", "c", "a /dev/fd/… /dev/fd/…"]),
        ("a <<E\n$(b)\nE\nc", ["a", "b", "c"]),
        ("a <<'E'\n$(b)\nE\nc", ["a", "c"]),
        ("a <<-E\n\tx\n\tE\nb", ["a", "b"]),
        ("a # b\nc#d", ["a", "c#d"]),
        ("x=1; a $x ${x} \"$x\" '$x'", ["a 1 1 1 $x"]),
        ("x='1 2'; a $x \"$x\"", ["a 1 2 1 2"]),
        ("x=1; if b; then x=2; fi; a $x", ["b", "a 1", "a 2"]),
        ("a $y ${#y} ${y:-$(b)} $((y + 1))", ["b", "a … … … …"]),
        ("a {b,c} {}", ["a …b,c} {}"]),
    ],
)
def test_every_command_is_found(text: str, found: list[str]) -> None:
    assert sorted(commands(text)) == sorted(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("if a; then b", "missing"),
        ("a )", "where a command should begin"),
        ("done", "where a command should begin"),
        ("a <<E\nx", "not closed"),
        ("a 'x", "a quote is not closed"),
        ('a "x', "a quote is not closed"),
        ("a `x", "not closed"),
        ("$((1", "not closed"),
        ("[[ a", "]] is missing"),
        ("coproc a", "known only when it runs"),
        ("select x in a; do b; done", "known only when it runs"),
        ("a ${!x}", "by the value of another"),
        ("a ${x@P}", "known only when it runs"),
        ("a ${x:=1}", "known only when it runs"),
        ("PATH=/x", "it sets PATH"),
        ("export LD_PRELOAD=/x", "it sets LD_PRELOAD"),
        ("read -r HOME", "it sets HOME"),
        ("declare $x=1", "which variable"),
        ("$((a[0]))", "more than numbers"),
        ("{ " * 100, "nested"),
        ("x" * 20_000, "longer than"),
    ],
)
def test_what_has_no_certain_meaning_is_unreadable(text: str, why: str) -> None:
    with pytest.raises(UnreadableCommand) as caught:
        read_script(text)
    assert why in str(caught.value)


def test_a_value_that_names_itself_ends() -> None:
    assert commands("x=$y; y=$x; a $x") == ["a …"]


def test_many_values_are_unknown_and_not_many_commands() -> None:
    values = " ".join(map(str, range(100)))
    assert commands(f"for i in {values}; do a $i; done") == ["a …"]
    assert len(commands("for i in 1 2 3 4 5 6 7 8; do a $i $i $i $i; done")) <= 16
