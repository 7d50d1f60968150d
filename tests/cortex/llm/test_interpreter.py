"""Programs written against the original's interpreter get commands; nothing is run."""

from __future__ import annotations

import json

import pytest

from cortex.llm.interpreter import APIProvider, CommandInterpreter, find_provider
from tests.cortex_cli.conftest import Cortex
from tests.support.fake_llm import FakeLlm, say

# From the original's guide, to the letter.
EXAMPLE = """
from cortex.llm.interpreter import CommandInterpreter, APIProvider

# Create interpreter with llama.cpp
interpreter = CommandInterpreter(
    api_key="",  # Not needed for local
    provider="llama_cpp",
)

# Parse commands
commands = interpreter.parse("install nginx and configure it")
print(commands)
"""


def test_the_guides_example_runs_as_written(
    cortex: Cortex, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposed = json.dumps({"commands": ["apt-get install -y nginx", "nginx -t"]})
    with FakeLlm(chat=say(proposed)) as llm:
        for name, value in {**cortex.environ, "LLAMA_CPP_BASE_URL": llm.url}.items():
            monkeypatch.setenv(name, value)
        exec(EXAMPLE, {})
    assert "nginx -t" in capsys.readouterr().out


def test_the_originals_arguments(cortex: Cortex) -> None:
    commands = json.dumps({"commands": ["apt-get install nginx"]})
    environ = {**cortex.environ, "CORTEX_FAKE_COMMANDS": commands}
    interpreter = CommandInterpreter("", "FAKE", None, True, None, environ)
    assert interpreter.provider is APIProvider.FAKE
    assert interpreter.parse("install nginx", validate=True) == ["apt-get install nginx"]
    assert interpreter.parse_with_context("install nginx", system_info={"os": "debian"}) == [
        "apt-get install nginx"
    ]
    with pytest.raises(ValueError, match="empty"):
        interpreter.parse(" ")


def test_providers() -> None:
    assert find_provider(APIProvider.OLLAMA) is APIProvider.OLLAMA
    assert find_provider("Llama_cpp") is APIProvider.LLAMA_CPP
    for other in ("claude", APIProvider.CLAUDE, "gpt"):
        with pytest.raises(ValueError, match="use one of: llama_cpp, ollama, openai, daemon, fake"):
            find_provider(other)
    with pytest.raises(ValueError, match="offline"):
        CommandInterpreter("k", "openai", offline=True)
