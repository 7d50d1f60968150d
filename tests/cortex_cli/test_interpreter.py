import json
import os
from pathlib import Path

import pytest

from cortex_cli.errors import Failure, UsageError
from cortex_cli.interpreter import CommandInterpreter
from tests.cortex_cli.conftest import Cortex
from tests.support.fake_llm import FakeLlm, say
from tests.support.model_server import model_server


def reply(*commands: str) -> str:
    return json.dumps({"commands": list(commands)})


def fake(cortex: Cortex, *commands: str) -> CommandInterpreter:
    environ = {**cortex.environ, "CORTEX_FAKE_COMMANDS": reply(*commands)}
    return CommandInterpreter(provider="fake", environ=environ)


def test_what_cannot_work_here_is_left_out(cortex: Cortex) -> None:
    interpreter = fake(
        cortex, "apt-get install nginx", "apt-get install nginz", "nosuch --x", "ls 'x"
    )
    assert interpreter.parse("install nginx") == ["apt-get install nginx"]
    assert [claim.command for claim in interpreter.left_out] == [
        "apt-get install nginz",
        "nosuch --x",
        "ls 'x",
    ]


def test_a_command_that_hides_something_is_none(cortex: Cortex) -> None:
    hidden = [f"apt-get install{char} nginx" for char in "\u200b\u3164\ufe0f\u202e"]
    assert fake(cortex, *hidden, "apt-get install nginx").parse("install nginx") == [
        "apt-get install nginx"
    ]


def test_where_nothing_holds_the_planner_answers(cortex: Cortex) -> None:
    (command,) = fake(cortex, "apt-get install nginz").parse("nginx")
    assert command.removeprefix("sudo ") == "apt-get install --yes nginx"


def test_a_server_is_asked_with_the_candidates(cortex: Cortex) -> None:
    proposed = ["apt-get install -y nginx", "nginx -t"]
    with FakeLlm(chat=say(reply(*proposed))) as llm:
        environ = {**cortex.environ, "LLAMA_CPP_BASE_URL": llm.url}
        interpreter = CommandInterpreter(api_key="", provider="llama_cpp", environ=environ)
        commands = interpreter.parse("install nginx and configure it")
    assert commands == [each for each in proposed if each in commands]
    assert "nginx -t" in commands
    assert "nginx: small, powerful" in llm.seen[0].prompt
    assert llm.seen[0].body["response_format"]["type"] == "json_schema"


def test_a_real_server_gives_commands_or_the_plan(cortex: Cortex, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with model_server(tmp_path / "model") as server:
        environ = {**cortex.environ, "LLAMA_CPP_BASE_URL": server.url}
        try:
            commands = CommandInterpreter(environ=environ).parse("nginx")
        except Failure:  # a tiny model's JSON may be cut short by the length limit
            return
        assert all(isinstance(command, str) for command in commands)


def test_what_makes_no_sense(cortex: Cortex) -> None:
    with pytest.raises(ValueError, match="empty"):
        fake(cortex).parse("  ")
    assert fake(cortex).parse("nothing to do") == []
    with pytest.raises(UsageError, match="CORTEX_PROVIDER is 'clade'"):
        CommandInterpreter(provider="clade", environ=cortex.environ).parse("x")
    environ = {**cortex.environ, "CORTEX_FAKE_COMMANDS": "[1]"}
    with pytest.raises(Failure, match="has no list of commands"):
        CommandInterpreter(provider="fake", environ=environ).parse("x")
    assert "CORTEX_FAKE_COMMANDS" not in os.environ
