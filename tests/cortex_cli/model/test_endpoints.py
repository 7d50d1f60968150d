import pytest

from cortex_cli.errors import UsageError
from cortex_cli.model.endpoints import ENDPOINTS, Target


def test_defaults() -> None:
    assert ENDPOINTS["ollama"].resolve({}) == Target("http://127.0.0.1:11434/v1", None, "none")


def test_settings_override_the_defaults() -> None:
    values = {"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m", "OPENAI_BASE_URL": "https://x/v1/"}
    assert ENDPOINTS["openai"].resolve(values) == Target("https://x/v1", "m", "k")


def test_a_unix_socket() -> None:
    target = ENDPOINTS["llama_cpp"].resolve({"LLAMA_CPP_BASE_URL": "unix:/run/user/1/llm.sock"})
    assert (target.socket_path, target.address) == (
        "/run/user/1/llm.sock",
        "unix:/run/user/1/llm.sock",
    )


def test_a_missing_key_and_an_invalid_address() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        ENDPOINTS["openai"].resolve({})
    with pytest.raises(UsageError, match="LLAMA_CPP_BASE_URL is 'x'; it must start with http"):
        ENDPOINTS["llama_cpp"].resolve({"LLAMA_CPP_BASE_URL": "x"})
