"""What calls do: by the table, and by what their words name."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands.classify import classify
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument


def effects(text: str, *more: Argument) -> set[Effect] | None:
    name, *words = text.split()
    reading = classify(name, [*map(Argument, words), *more])
    return reading.effects if reading else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cat /etc/shadow", Effect.SECRETS),
        ("head -c5 ~/.ssh/id_rsa", Effect.SECRETS),
        ("grep -r x /home/u/.aws", Effect.SECRETS),
        ("cat /proc/1/environ", Effect.SECRETS),
        ("cat /etc/ssl/../shadow", Effect.SECRETS),
        ("ls -l /etc/shadow", Effect.READS),
        ("cat /etc/ssl/certs/ca.pem", Effect.READS),
        ("ping -c1 10.0.0.1", Effect.PROBES),
        ("tee out.txt", Effect.WRITES),
    ],
)
def test_effects(text: str, found: Effect) -> None:
    assert found in (effects(text) or set())


def test_a_pattern_may_name_a_secret() -> None:
    assert effects("cat", Argument("/etc/sha*", pattern=True)) == {Effect.READS, Effect.SECRETS}
    assert effects("cat", Argument("/etc/*.conf", pattern=True)) == {Effect.READS}


def test_what_was_read_is_not_sent_by_asking_for_a_name() -> None:
    assert effects("dig", Argument(f"x{UNKNOWN}.example.org")) == {Effect.NETWORK}


@pytest.mark.parametrize(
    "text",
    ["mapfile -C x a", "declare -n a=b", "declare -i a=b", "test -v a[0]", "printf -v a[0] x",
     "read a[0]", "unset a[0]", ". /tmp/x", "source x", "awk -f x", "sed -i p x", "sed --file=x y"],
)  # fmt: skip
def test_what_evaluates_or_hides_text_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        effects(text)


def test_the_release_may_be_sourced() -> None:
    assert effects(". /etc/os-release") == {Effect.READS}
