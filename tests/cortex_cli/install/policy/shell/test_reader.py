import pytest

from cortex_cli.install.policy.shell.grammar import read_list
from cortex_cli.install.policy.shell.reader import FORBIDDEN_VARIABLE, MAX_DEPTH, Reader
from cortex_cli.install.policy.shell.script import UnreadableCommand


def test_blanks_comments_and_continued_lines_are_skipped() -> None:
    reader = Reader(" \t\\\n # x\n\n a", read_list)
    reader.skip_lines()
    assert reader.peek() == "a"


def test_a_sharp_inside_a_word_is_no_comment() -> None:
    reader = Reader("a#b", read_list, at=1)
    reader.skip_blanks()
    assert reader.at == 1


def test_nesting_has_an_end() -> None:
    reader = Reader("", read_list, depth=MAX_DEPTH)
    with pytest.raises(UnreadableCommand, match="nested more than"), reader.nest():
        pass


@pytest.mark.parametrize(
    "name", ["PATH", "LD_PRELOAD", "BASH_ENV", "GIT_SSH", "LESSOPEN", "http_proxy", "PYTHONPATH",
             "PS4", "MANPAGER", "HOME", "TMPDIR", "SUDO_ASKPASS", "DPKG_ROOT", "APT_CONFIG"]
)  # fmt: skip
def test_variables_that_change_what_runs(name: str) -> None:
    assert FORBIDDEN_VARIABLE.fullmatch(name)


@pytest.mark.parametrize("name", ["x", "host", "THRESHOLD", "LOG_FILE", "status", "total_kb"])
def test_variables_of_a_script(name: str) -> None:
    assert not FORBIDDEN_VARIABLE.fullmatch(name)
