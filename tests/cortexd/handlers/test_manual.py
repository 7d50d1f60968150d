"""help: every command, and one handler for each."""

from __future__ import annotations

import json

from cortexd.handlers import COMMANDS
from cortexd.handlers.manual import describe_commands
from tests.support.daemon import RunningDaemon


def test_help_lists_every_command(cortexd: RunningDaemon) -> None:
    commands = cortexd.call("help")["commands"]
    assert [command["name"] for command in commands] == [command.name for command in COMMANDS]
    for command in commands:
        assert command["summary"].endswith(".")
        assert command["level"] in ("read", "use", "admin")
        assert command["params"]["type"] == "object"
        assert "$ref" not in json.dumps(command)


def test_no_name_is_given_twice() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))
    handlers = [command.handler for command in COMMANDS]
    assert len(handlers) == len(set(handlers))


def test_every_listed_name_works(cortexd: RunningDaemon) -> None:
    for command in COMMANDS:
        for name in (command.name, *command.aliases):
            error = cortexd.refused(name, surely_no_parameter=1)
            assert error["code"] == "INVALID_PARAMS"
            assert "surely_no_parameter is unknown" in error["message"]


def test_help_describes_the_table_that_it_is_given() -> None:
    ping, *_ = COMMANDS
    assert [command["name"] for command in describe_commands([ping])["commands"]] == ["ping"]
