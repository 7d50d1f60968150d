from __future__ import annotations

import pytest

from cortex_cli.language.tokens import tokens


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("please install a web-server", ["web", "server"]),
        ("l'écran de la machine", ["écran", "machine"]),
        ("an e-mail client, without ads", ["email", "client", "without", "ads"]),
        ("hola, quisiera por favor", []),
        ("", []),
    ],
)
def test_only_what_carries_meaning_is_kept_in_parts(text: str, said: list[str]) -> None:
    assert tokens(text) == said
