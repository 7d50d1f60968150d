import pytest

from cortex_cli.errors import UsageError
from cortex_cli.model.endpoints import ENDPOINTS, Target, is_local
from cortex_cli.model.provider_env import ENVIRONMENT, ProviderSettings, Source

FILE = "/home/ada/.cortex/.env"
URL, KEY = "OPENAI_BASE_URL", "OPENAI_API_KEY"


def settings(
    environ: dict[str, str] | None = None, file: dict[str, str] | None = None
) -> ProviderSettings:
    return ProviderSettings((Source(ENVIRONMENT, environ or {}), Source(FILE, file or {})))


def test_defaults() -> None:
    found = ENDPOINTS["ollama"].resolve(settings())
    assert found == Target("http://127.0.0.1:11434/v1", None, "none")


def test_settings_override_the_defaults() -> None:
    values = {KEY: "k", "OPENAI_MODEL": "m", URL: "https://x/v1/"}
    assert ENDPOINTS["openai"].resolve(settings(values)) == Target("https://x/v1", "m", "k")


def test_a_unix_socket() -> None:
    target = ENDPOINTS["llama_cpp"].resolve(
        settings({"LLAMA_CPP_BASE_URL": "unix:/run/user/1/llm.sock"})
    )
    assert (target.socket_path, target.address) == (
        "/run/user/1/llm.sock",
        "unix:/run/user/1/llm.sock",
    )


def test_a_missing_key() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        ENDPOINTS["openai"].resolve(settings())


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("x", "must start with http"),
        ("http://", "names no server"),
        ("http://127.0.0.1:0", "names no server"),
        ("http://127.0.0.1:x", "no address"),
        ("http://[::1", "no address"),
        ("http://127.0.0.1@evil.example", "password"),
        ("http://evil.example\\@127.0.0.1", "character"),
        ("http://evil.example#@127.0.0.1", "character"),
        ("http://127.0.0.1 .evil.example", "character"),
        ("http://①②⑦.0.0.1", "character"),
    ],
)
def test_what_is_no_address(url: str, problem: str) -> None:
    with pytest.raises(UsageError, match=f"LLAMA_CPP_BASE_URL is .*; .*{problem}"):
        ENDPOINTS["llama_cpp"].resolve(settings({"LLAMA_CPP_BASE_URL": url}))


def test_a_key_never_goes_to_a_server_that_another_place_names() -> None:
    for environ, file in (
        ({KEY: "mine"}, {URL: "https://evil.example"}),
        ({URL: "https://evil.example"}, {KEY: "mine"}),
    ):
        with pytest.raises(UsageError, match=f"{KEY} is set in .* but {URL} in ") as caught:
            ENDPOINTS["openai"].resolve(settings(environ, file))
        assert ENVIRONMENT in caught.value.message
        assert FILE in caught.value.message


def test_a_servers_own_key_comes_before_one_of_the_environment() -> None:
    found = ENDPOINTS["openai"].resolve(
        settings({KEY: "for-openai"}, {URL: "https://mine.example", KEY: "for-mine"})
    )
    assert found.api_key == "for-mine"
    assert ENDPOINTS["openai"].resolve(settings({}, {KEY: "k"})).api_key == "k"


def test_a_key_that_fits_no_header() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY in the environment is not a key"):
        ENDPOINTS["openai"].resolve(settings({KEY: "clé\r\nX: y"}))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://LOCALHOST:1/v1",
        "http://127.8.8.8",
        "http://[::1]:80",
        "http://[::ffff:127.0.0.1]",
    ],
)
def test_what_is_this_machine(url: str) -> None:
    assert is_local(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://192.168.0.2",
        "http://127.1",
        "http://[fe80::1]",
        "http://[::ffff:10.0.0.1]",
    ],
)
def test_what_is_not(url: str) -> None:
    assert not is_local(url)
