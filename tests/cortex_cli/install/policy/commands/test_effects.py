"""The effects are documented where rules about them are written."""

from __future__ import annotations

from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.commands.effects import Effect


def test_the_shipped_policy_explains_every_effect() -> None:
    text = policy_file.SHIPPED_FILE.read_text()
    comment = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert [effect for effect in Effect if effect not in comment] == []
