import pytest

from cortex_cli.install.policy.shell.grammar import read_script
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument, check_arithmetic, expand


def arguments(text: str) -> list[Argument]:
    script = read_script(text)
    (found,) = expand(script.commands[-1].words, script, script.commands[-1].assigned)
    return found[1:]


def test_what_is_known() -> None:
    (word,) = arguments("x=a; c $x")
    assert (word, word.is_known, word.may_be_option) == ("a", True, False)


def test_an_unquoted_expansion_may_become_several_words() -> None:
    bare, quoted, path = arguments('c $x "$x" /proc/"$x"')
    assert (bare, bare.splits, bare.may_be_option) == (UNKNOWN, True, True)
    assert (quoted.splits, quoted.may_be_option) == (False, True)
    assert (path, path.may_be_option, path.is_known) == (f"/proc/{UNKNOWN}", False, False)


@pytest.mark.parametrize(
    "text",
    ["c $x; x=1", "if a; then x=1; fi; c $x", "a && x=1; c $x", "a || x=1\nc $x", "x=1 | a; c $x",
     "(x=1); c $x", "f() { x=1; }; c $x", "while a; do x=1; done; c $x", "x=1 & c $x",
     "for x in 1; do a; done; c $x", "case a in b) x=1;; esac; c $x"],
)  # fmt: skip
def test_what_may_not_have_been_set_may_be_nothing(text: str) -> None:
    script = read_script(text)
    last = next(each for each in script.commands if each.words and each.words[0][0].text == "c")
    found = list(expand(last.words, script, last.assigned))
    assert sorted(found) == [["c"], ["c", "1"]]


@pytest.mark.parametrize(
    "text",
    ["x=1; c $x", "x=1 && c $x", "x=1\nif a; then c $x; fi", "for x in 1; do c $x; done",
     "x=1; f() { c $x; }", "if a; then x=1; c $x; fi", "x=1; echo $(c $x)"],
)  # fmt: skip
def test_what_is_certainly_set(text: str) -> None:
    script = read_script(text)
    last = next(each for each in script.commands if each.words and each.words[0][0].text == "c")
    assert list(expand(last.words, script, last.assigned)) == [["c", "1"]]


def test_a_number_from_arithmetic_is_unknown() -> None:
    assert arguments("x=0; (( x = 9 )); c -$x") == [f"-{UNKNOWN}"]


def test_patterns() -> None:
    first, quoted, later, bracket = arguments("c *.c '*' a/*.c [")
    assert (first.pattern, first.may_be_option) == (True, True)
    assert (quoted.pattern, quoted.is_known) == (False, True)
    assert (later.pattern, later.may_be_option) == (True, False)
    assert bracket.is_known


def test_a_files_name_from_a_pattern_is_unknown() -> None:
    (word,) = arguments('for f in /etc/*.conf; do c "$f"; done')
    assert word == f"/etc/{UNKNOWN}.conf"


def test_other_separators_make_a_value_unknown() -> None:
    assert arguments("IFS=:; x=a:b; c $x") == [UNKNOWN]


@pytest.mark.parametrize(
    "text",
    ["x='a[$(b)]'; echo $((x))", "x=$(echo 'a[b]'); echo $((x))", "x=$(base64 -d f); (( x ))",
     "y='a[1]'; x=$y; echo $((x))", "x=$(awk '{print \"a[$(b)]\"}' f); echo $((x))",
     "f() { echo $(($1)); }; f 'a[$(b)]'"],
)  # fmt: skip
def test_code_is_no_number(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        check_arithmetic(read_script(text))


@pytest.mark.parametrize(
    "text",
    ["x=5; echo $((x))", "x=$(wc -l < f); echo $((x / 2))", "read x; (( x > 1 ))",
     "x=$(df -P / | awk 'NR==2 {print $5}' | tr -d '%'); echo $((100 - x))"],
)  # fmt: skip
def test_numbers(text: str) -> None:
    check_arithmetic(read_script(text))
