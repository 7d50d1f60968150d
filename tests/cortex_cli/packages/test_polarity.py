"""Protection and attack use the same words; what comes first decides."""

import pytest

from cortex_cli.packages.polarity import ATTACK, DEFENCE, list_opposites


@pytest.mark.parametrize(
    "request_",
    [
        "defend ssh against password guessers",
        "protect my server from people who crack passwords",
        "somebody tries to hack my ssh",
        "empêcher de deviner mes mots de passe",
        "que nadie adivine la contraseña de mi ssh",
    ],
)
def test_who_wants_protection_gets_no_attack_tool(request_: str) -> None:
    assert list_opposites(request_) == ATTACK


@pytest.mark.parametrize(
    "request_",
    ["crack hashes against a word list", "test my passwords", "casser un mot de passe oublié"],
)
def test_who_wants_to_break_in_gets_no_defence(request_: str) -> None:
    assert list_opposites(request_) == DEFENCE


@pytest.mark.parametrize("request_", ["a web server", "", "hydra"])
def test_other_requests_have_no_opposite(request_: str) -> None:
    assert not list_opposites(request_)


def test_nothing_is_both() -> None:
    assert not ATTACK & DEFENCE
