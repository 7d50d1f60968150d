import json
import os
from pathlib import Path

import pytest

from cortex_cli.errors import Failure, UsageError
from cortex_cli.interpreter import CommandInterpreter, find_action_commands
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


@pytest.mark.parametrize(
    ("request_text", "commands"),
    [
        ("restart the ssh service", ["sudo systemctl restart ssh"]),
        ("redémarre le service ssh", ["sudo systemctl restart ssh"]),
        ("add user ana to group docker", ["sudo usermod -aG docker ana"]),
        ("show the disk usage", ["df -h"]),
        ("delete the folder /srv/x", ["rm -r -- /srv/x"]),
        ("start nginx at boot", ["sudo systemctl enable nginx"]),
    ],
)
def test_what_the_catalogue_knows_needs_no_model(
    cortex: Cortex, request_text: str, commands: list[str]
) -> None:
    assert CommandInterpreter(environ=cortex.environ).parse(request_text) == commands


@pytest.mark.parametrize(
    "asked", ["install nginx and configure it", "installe nginx puis configure-le"]
)
def test_an_installation_goes_on_with_the_next_steps(cortex: Cortex, asked: str) -> None:
    assert CommandInterpreter(environ=cortex.environ).parse(asked) == [
        "sudo apt-get install --yes nginx",
        "sudoedit /etc/nginx/nginx.conf",
        "sudo nginx -t",
        "sudo systemctl enable --now nginx",
        "sudo systemctl reload nginx",
    ]


def test_without_more_an_installation_is_all(cortex: Cortex) -> None:
    interpreter = CommandInterpreter(environ=cortex.environ)
    assert interpreter.parse("install nginx") == ["sudo apt-get install --yes nginx"]


def test_what_a_model_proposes_must_be_plain_and_harmless(cortex: Cortex) -> None:
    proposed = ["ls /", "rm -rf /", "ls $(touch x)", "ls > /dev/sda", "ls | cat"]
    interpreter = fake(cortex, *proposed)
    assert interpreter.parse("tidy up") == ["ls /", "ls | cat"]
    reasons = {claim.command: claim.note for claim in interpreter.left_out}
    assert reasons["rm -rf /"].startswith("it deletes folders")
    assert "known only when it runs" in reasons["ls $(touch x)"]


def test_a_request_with_a_gap_is_not_filled_by_a_guess() -> None:
    assert find_action_commands("create a user") == []
    assert find_action_commands("make me happy") == []


def test_a_server_is_asked_with_the_candidates(cortex: Cortex) -> None:
    proposed = ["apt-get install -y nginx", "nginx -t"]
    with FakeLlm(chat=say(reply(*proposed))) as llm:
        environ = {**cortex.environ, "LLAMA_CPP_BASE_URL": llm.url}
        interpreter = CommandInterpreter(api_key="", provider="llama_cpp", environ=environ)
        commands = interpreter.parse("a web server, tested with nginx")
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
