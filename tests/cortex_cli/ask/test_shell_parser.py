import subprocess
import sys

import pytest

from cortex_cli.ask import shell_parser


def programs(text: str) -> list[str]:
    return [command.program for command in shell_parser.parse_commands(text) or []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx -t", ["nginx"]),
        ("ls -l | grep x && make; true || false", ["ls", "grep", "make", "true", "false"]),
        ("for i in *; do rm -rf $i; done", ["rm"]),
        ("x=$(uname -r) ls `id`", ["ls", "uname", "id"]),
        ("if [ -f x ]; then sh -c 'df -h | wc'; fi", ["[", "sh", "df", "wc"]),
        ("sudo -u www -n env A=1 nice -n 5 nginx -s stop", ["sudo", "env", "nice", "nginx"]),
        ("timeout -k 1 5 curl x", ["timeout", "curl"]),
        ("find . -print0 | xargs -0 -n 1 rm", ["find", "xargs", "rm"]),
        ("cat <<EOF > /etc/x\nhello $(date)\nEOF\n", ["cat", "date"]),
        ("$EDITOR x; export A=1", ["export"]),
        ("# nothing\n", []),
        ("", []),
    ],
)
def test_every_command_is_found(text: str, expected: list[str]) -> None:
    assert sorted(programs(text)) == sorted(expected)


def test_what_only_running_would_tell_is_not_told() -> None:
    (command,) = shell_parser.parse_commands("""cp "$A" 'b c' "d e" f\\ g $(true)x h{1,2}""")[:1]  # type: ignore[index]
    assert command.arguments[:5] == (None, "b c", "d e", "f g", None)


def test_a_gap_is_a_word_and_no_redirection() -> None:
    (command,) = shell_parser.parse_commands("apt install <package name>") or []
    assert command.arguments == ("install", "_package_name_")


@pytest.mark.parametrize("text", ["ls (", "if true", "a 'b", "} x {{{ ("])
def test_what_is_no_shell(text: str) -> None:
    assert shell_parser.parse_commands(text) is None


def test_nesting_ends() -> None:
    assert len(shell_parser.parse_commands("sudo " * 50 + "ls") or []) <= shell_parser.MAX_DEPTH + 2


def test_the_parser_loads_with_the_first_text_only() -> None:
    code = "import sys, cortex_cli.ask.command_checks; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
