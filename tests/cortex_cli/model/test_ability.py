import pytest

from cortex_cli.model.ability import Ability, judge, read_parameters
from cortex_cli.model.provider import Model


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", 135e6),
        ("qwen2.5-0.5b-instruct-q4_k_m.gguf", 0.5e9),
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", 1e9),
        ("mistral-7b-instruct-v0.2.Q4_K_M.gguf", 7e9),
        ("/models/8b/gemma-3-270m-it", 270e6),
        ("qwen3:0.6b", 0.6e9),
        ("gpt-4o-mini", None),
        ("tiny-chat", None),
        ("model-q4_k_m.gguf", None),
    ],
)
def test_the_size_is_in_the_name(name: str, parameters: float | None) -> None:
    assert read_parameters(name) == parameters


@pytest.mark.parametrize(
    ("name", "profile", "ability"),
    [
        ("cortex-nano-default", "nano", Ability.NONE),
        ("gemma-3-270m", "base", Ability.NONE),
        ("mistral-7b", "tiny", Ability.PHRASES),
        ("SmolLM2-135M-Instruct", "chat", Ability.PHRASES),
        ("Llama-3.2-1B-Instruct", "chat", Ability.CHATS),
        ("gpt-4o-mini", "chat", Ability.CHATS),
    ],
)
def test_what_a_model_is_trusted_with(name: str, profile: str, ability: Ability) -> None:
    assert judge(Model(name, profile)) == ability
