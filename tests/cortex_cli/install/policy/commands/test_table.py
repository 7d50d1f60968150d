"""The table of commands that only read."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import table
from cortex_cli.install.policy.commands.classify import classify
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN
from cortex_cli.install.policy.shell.values import Argument

UNKNOWN_WORD = Argument(UNKNOWN)
SEVERAL = Argument(UNKNOWN, splits=True)
MANY = Argument("*", pattern=True)


def effects(text: str, *more: Argument) -> set[Effect] | None:
    name, *words = text.split()
    reading = classify(name, [*map(Argument, words), *more])
    return reading.effects if reading else None


def test_it_has_the_usual_commands() -> None:
    assert len(table.load()) >= 250
    for form in table.load().values():
        assert not set(form.need) - set(form.flags + form.values + "?") or form.long


@pytest.mark.parametrize(
    "text",
    ["sort -rhk2 f", "sort --key 2 f", "journalctl -b -1 -u x --since today -n50", "ip -br addr",
     "systemctl --no-pager status a b", "top -bn1", "lsof -i :22", "docker ps -a --format x",
     "crontab -l", "dpkg -l", "dpkg -S /bin/ls", "rpm -qa --last", "date +%F", "date -u", "df -h",
     "sysctl -n vm.swappiness", "iptables -nvL INPUT", "git -C /x log --oneline", "kill -0 1"],
)  # fmt: skip
def test_what_reads(text: str) -> None:
    assert effects(text) == {Effect.READS}


@pytest.mark.parametrize(
    "text",
    ["sort -o x f", "sort -ro x", "sort --out=x f", "date 0101", "date -s x", "ip addr add x",
     "systemctl stop x", "crontab x", "crontab", "dpkg -i x", "rpm -e x", "sysctl a=b", "kill 1",
     "iptables -F", "git push", "hostname x", "mount x", "docker run x", "python3", "uniq a b"],
)  # fmt: skip
def test_what_is_not_listed(text: str) -> None:
    assert effects(text) is None


def test_an_unknown_word_is_no_option() -> None:
    assert effects("cat", SEVERAL) == {Effect.READS}
    assert effects("sort", UNKNOWN_WORD) is None
    assert effects("sort", SEVERAL) is None
    assert effects("sort", MANY) is None
    assert effects("sort --", UNKNOWN_WORD) == {Effect.READS}
    assert effects("sort -k", UNKNOWN_WORD) == {Effect.READS}
    assert effects("journalctl -u", UNKNOWN_WORD) == {Effect.READS}
    assert effects("journalctl -u", SEVERAL) is None
    assert effects("systemctl is-active", UNKNOWN_WORD) is None
