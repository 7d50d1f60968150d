"""Which paths are private, and which may be written."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.commands.paths import is_secret, judge_target
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument


@pytest.mark.parametrize(
    "path",
    ["/etc/shadow", "/etc//shadow", "/etc/./shadow", "/etc/ssl/../shadow", "/etc/gshadow-",
     "~/.ssh/id_ed25519", "--file=/etc/shadow", "/proc/self/environ", "/dev/sda1", "/root/x",
     "/home/a/.bash_history", "/etc/ssh/ssh_host_rsa_key", "/srv/app/.env", "server.key"],
)  # fmt: skip
def test_secrets(path: str) -> None:
    assert is_secret(Argument(path))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/var/log/auth.log", "/etc/ssh/ssh_host_rsa_key.pub", "/etc/ssl/certs/x.pem",
     "/proc/1/status", "/proc/meminfo", "history", "environment"],
)  # fmt: skip
def test_no_secrets(path: str) -> None:
    assert not is_secret(Argument(path))


def test_a_pattern_that_may_name_one() -> None:
    assert is_secret(Argument("/etc/s*w", pattern=True))
    assert is_secret(Argument("/home/*/.ss?/id_*", pattern=True))
    assert not is_secret(Argument("/var/log/*.log", pattern=True))


def test_targets() -> None:
    assert judge_target(Argument("/dev/null")) == set()
    for path in ("out.txt", "./out.txt", "/tmp/a b", "~/notes/x", "/home/me/x"):
        assert judge_target(Argument(path)) == {Effect.WRITES}
    system = ("/etc/x", "/dev/sda", "/var/log/x", "/", "/tmp/../etc/x", "/tmp/.x/../../etc/y")
    later = ("~/.bashrc", ".profile", "a/.git/hooks/x", "../x", UNKNOWN, f"/tmp/{UNKNOWN}")
    for path in (*system, *later):
        with pytest.raises(UnreadableCommand, match="it writes to"):
            judge_target(Argument(path))
