"""Argv in, a line for a shell out; and the lines of remedies taken apart."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cortex_cli.error_texts import commands
from cortex_cli.finding import CHANGES, READS
from cortex_cli.trouble.command_lines import command, format_line, parse

ADVICE = Path(__file__).parents[3] / "cortexd/alerts/advice"
HOSTILE = ("/srv/a b", "/srv/$(id)", "/srv/it's", "/srv/a;reboot", "/srv/`id`", "/srv/é|x")


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_is_data_in_argv_and_in_the_shell(path: str) -> None:
    shown = command(("printf", "%s", path), ("cat",))
    assert shown.pipeline == (("printf", "%s", path), ("cat",))
    done = subprocess.run(["sh", "-c", shown.text], capture_output=True, text=True, check=True)
    assert done.stdout == path


def test_sudo_is_typed_and_no_part_of_the_argv() -> None:
    shown = command(("apt-get", "clean"), effect=CHANGES, root=True)
    assert format_line(shown) == "sudo apt-get clean"
    assert shown.pipeline == (("apt-get", "clean"),)


def test_a_pipeline_is_split() -> None:
    (shown,) = parse("    sudo du -xh --max-depth=2 '/srv/a b' | sort -rh | head -20")
    assert shown.pipeline == (
        ("du", "-xh", "--max-depth=2", "/srv/a b"),
        ("sort", "-rh"),
        ("head", "-20"),
    )
    assert (shown.effect, shown.needs_root) == (READS, True)


def test_two_commands_are_two() -> None:
    update, upgrade = parse("    sudo apt-get update && sudo apt-get upgrade")
    assert [update.text, upgrade.text] == ["apt-get update", "apt-get upgrade"]
    assert update.needs_root and upgrade.needs_root
    assert update.effect == upgrade.effect == CHANGES


def test_a_remark_is_no_argument() -> None:
    (shown,) = parse("    sudo iotop -o -b -n 1   (package iotop)")
    assert shown.pipeline == (("iotop", "-o", "-b", "-n", "1"),)
    assert shown.package == "iotop"


@pytest.mark.parametrize(
    "line",
    ["echo x > /etc/passwd", "a; b", "a || b", "a & b", "echo $HOME", "rm -r /srv/*", "a 'b"],
)
def test_what_only_a_shell_can_run_is_given_to_one(line: str) -> None:
    (shown,) = parse(line)
    assert shown.pipeline == (("sh", "-c", line),)
    assert shown.effect == CHANGES


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("journalctl --vacuum-time=7d", CHANGES),
        ("apt-get clean", CHANGES),
        ("systemctl restart nginx.service", CHANGES),
        ("systemctl status nginx.service", READS),
        ("journalctl -u nginx.service -b", READS),
        ("df -h /", READS),
    ],
)
def test_the_effect_is_told(line: str, effect: str) -> None:
    assert parse(line)[0].effect == effect


def test_every_command_of_the_daemons_advice_is_taken_apart() -> None:
    found = [
        shown
        for template in sorted(ADVICE.glob("*.j2"))
        for line in template.read_text().splitlines()
        if line.startswith("    ")
        for shown in parse(re.sub(r"\{\{[^{}]*\}\}", "/srv/x", line))
    ]
    assert len(found) > 30
    for shown in found:
        assert all(argv and argv[0] != "sudo" for argv in shown.pipeline)
        if shown.pipeline[0][0] != "sh":
            words = [shlex.split(part) for part in shown.text.split(" | ")]
            assert [list(argv) for argv in shown.pipeline] == words
            assert shown.effect == max(
                (commands.effect_of(argv) for argv in shown.pipeline), key=commands.CLASSES.index
            )


def test_nothing_is_no_command() -> None:
    assert parse("   ") == []
