"""Commands: values stay data, and every class of effect is told apart."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts import commands
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS


def test_values_fill_the_argv_and_unsafe_ones_do_not() -> None:
    shown = commands.fill_command("grep -c x {file|FILE} | sort", {"file": "/var/log/syslog"})
    assert shown.pipeline == (("grep", "-c", "x", "/var/log/syslog"), ("sort",))
    assert shown.text == "grep -c x /var/log/syslog | sort"
    for value in ("-rf", "a b", "$(reboot)", "x;y", "~root", "a\nb", "`id`"):
        assert commands.fill_command("ls {file|FILE}", {"file": value}).text == "ls FILE"


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("systemctl status x", READS),
        ("systemctl restart x", CHANGES),
        ("systemctl --user restart x", CHANGES),
        ("journalctl -u x", READS),
        ("journalctl --vacuum-size=1G", CHANGES),
        ("ip route", READS),
        ("ip link set eth0 up", CHANGES),
        ("find / -name x -delete", CHANGES),
        ("sysctl vm.swappiness", READS),
        ("sysctl -w vm.swappiness=1", CHANGES),
        ("rm -r /x", DESTROYS),
        ("mkswap /dev/x", DESTROYS),
        ("fdisk -l", READS),
        ("reboot", LEAVES),
        ("ps aux | sort", READS),
    ],
)
def test_effects(line: str, effect: str) -> None:
    assert commands.fill_command(line, {}).effect == effect


def test_who_may_run_it_and_what_brings_it() -> None:
    assert commands.fill_command("systemctl restart x", {}).needs_root
    assert not commands.fill_command("systemctl status x", {}).needs_root
    assert not commands.fill_command("systemctl --user restart x", {}).needs_root
    assert commands.fill_command("smartctl -a /dev/sda", {}).package == "smartmontools"
