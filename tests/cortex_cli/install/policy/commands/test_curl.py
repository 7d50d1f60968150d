"""What curl looks at, and what it sends."""

from __future__ import annotations

import pytest

from cortex_cli.install.policy.commands import curl
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument


def words(text: str) -> list[Argument]:
    return [Argument(word) for word in text.split()]


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("-s http://localhost:8080/health", {Effect.READS}),
        ("-sS -m 5 -o /dev/null -w %{http_code} http://127.0.0.1/x?y=1", {Effect.READS}),
        ("-I https://example.org", {Effect.READS, Effect.NETWORK}),
        ("http://localhost.example.org/", {Effect.READS, Effect.NETWORK}),
        ("http://localhost@example.org/", {Effect.READS, Effect.NETWORK}),
        ("-so out.html http://localhost/", {Effect.READS, Effect.WRITES}),
    ],
)
def test_curl(text: str, effects: set[Effect]) -> None:
    assert curl.read(words(text)) == effects


@pytest.mark.parametrize(
    "text",
    ["-d @/etc/passwd http://localhost", "-T f http://localhost", "-K f", "-X POST localhost",
     "-x p localhost", "-o /etc/x localhost", "-w %output{/x} localhost", "--unix-socket s x"],
)  # fmt: skip
def test_curl_that_sends_or_writes(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        curl.read(words(text))
