import pytest

from cortex_cli.install.policy.shell.grammar import read_script
from cortex_cli.install.policy.shell.script import UnreadableCommand


def test_the_variables_that_are_evaluated_are_noted() -> None:
    assert read_script("echo $((a + $b * 2 - ${c}))").arithmetic == {"a", "b", "c"}
    assert read_script("(( n += 1 ))").arithmetic == {"n"}
    assert read_script("echo $((16#ff + 0x1f))").arithmetic == set()


@pytest.mark.parametrize("text", ["$((a[0]))", "$(('x'))", '$(("x"))', "(( a = b[c] ))", "$((1"])
def test_more_than_numbers_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        read_script(f"echo {text}")
