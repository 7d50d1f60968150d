import pytest

from cortex_cli.install.policy.shell.grammar import read_script
from cortex_cli.install.policy.shell.script import UnreadableCommand


@pytest.mark.parametrize(
    "text",
    ["[[ -f x ]]", "[[ $a == b* && ! -d c ]]", "[[ ( $a < b ) || -n $c ]]", "[[ $a =~ ^(x|y)+$ ]]",
     "[[ $a -gt 5 ]]", "[[ -z ${a:-} ]]"],
)  # fmt: skip
def test_conditions_run_nothing(text: str) -> None:
    assert read_script(text).commands == []


def test_what_is_compared_as_a_number_is_noted() -> None:
    assert read_script("[[ $a -gt b && $c == d ]]").arithmetic == {"a", "b"}
    assert len(read_script("[[ $(ls | wc -l) -gt 5 ]]").evaluated) == 2


@pytest.mark.parametrize("text", ["[[ -v a ]]", "[[ -R a ]]", "[[ a", "[[ 'x[1]' -gt 1 ]]"])
def test_what_evaluates_text_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        read_script(text)
