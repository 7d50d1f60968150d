from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cortex_cli.errors import UsageError
from cortex_cli.model import provider
from cortex_cli.model.provider import Finished, OpenAIProvider, Prompt
from cortex_cli.settings import Settings
from cortexd.api.errors import ContextExceeded, DaemonUnreachable, LlmUnavailable
from tests.support.model_server import ModelServer, model_server

ASK = Prompt([{"role": "user", "content": "Hello"}], max_tokens=12)


def choose(**environ: str) -> provider.Provider:
    return provider.choose(Settings({"HOME": "/nonexistent", **environ}))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    with model_server(tmp_path_factory.mktemp("model")) as running:
        yield running


def test_the_daemon_is_the_default() -> None:
    with pytest.raises(DaemonUnreachable):
        choose(CORTEX_SOCKET="/nonexistent/x.sock")


def test_the_real_server_by_the_openai_client(server: ModelServer) -> None:
    with closing(choose(CORTEX_PROVIDER="llama_cpp", LLAMA_CPP_BASE_URL=server.url)) as source:
        assert isinstance(source, OpenAIProvider)
        model = source.model()
        assert (model.name, model.profile) == ("cortex-test", "chat")
        pieces = list(source.stream(ASK))
        assert isinstance(pieces[-1], Finished)
        assert pieces[-1].reason == "length"
        assert len(pieces) > 3
        schema = {"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"]}
        text, end = provider.complete(source, Prompt(ASK.messages, 40, json_schema=schema))
        assert text.replace(" ", "").startswith('{"a":"x"')
        assert end.reason in ("stop", "length")


def test_stopping_early_frees_the_model(server: ModelServer) -> None:
    with closing(choose(CORTEX_PROVIDER="llama_cpp", LLAMA_CPP_BASE_URL=server.url)) as source:
        stream = source.stream(Prompt(ASK.messages, 1500))
        assert isinstance(next(stream), str)
        stream.close()  # type: ignore[attr-defined]  # a generator
        assert provider.complete(source, ASK)[1].reason == "length"


def test_nobody_there() -> None:
    with closing(
        choose(CORTEX_PROVIDER="llama_cpp", LLAMA_CPP_BASE_URL="http://127.0.0.1:9")
    ) as source:
        with pytest.raises(LlmUnavailable, match="cannot reach llama_cpp at") as caught:
            source.model()
        assert "LLAMA_CPP_BASE_URL" in str(caught.value.hint)


def test_what_a_server_refuses_is_said(server: ModelServer) -> None:
    with closing(choose(CORTEX_PROVIDER="llama_cpp", LLAMA_CPP_BASE_URL=server.url)) as source:
        long = Prompt([{"role": "user", "content": "x " * 20_000}], max_tokens=4)
        with pytest.raises(ContextExceeded, match="llama_cpp at") as caught:
            list(source.stream(long))
        details = caught.value.details
        assert details["prompt_tokens"] > details["context_length"] > 0


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CORTEX_PROVIDER": "olama"}, "CORTEX_PROVIDER is 'olama'"),
        ({"CORTEX_PROVIDER": "openai"}, "OPENAI_API_KEY is not set"),
        ({"CORTEX_PROVIDER": "ollama", "OLLAMA_BASE_URL": "ftp://x"}, "OLLAMA_BASE_URL is"),
    ],
)
def test_settings_that_make_no_sense(environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose(**environ)


def test_the_fake_one_answers_with_the_question() -> None:
    with closing(choose(CORTEX_PROVIDER="fake")) as source:
        assert provider.complete(source, ASK)[0] == "Hello"


def test_only_this_module_imports_openai() -> None:
    for path in (Path(provider.__file__).parent).rglob("*.py"):
        if path.name != "provider.py":
            assert "import openai" not in path.read_text(), path
            assert "from openai" not in path.read_text(), path
