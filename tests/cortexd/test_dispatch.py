"""Find, authorise, validate, run, reply: what each step says."""

from __future__ import annotations

import pytest

from tests.support.daemon import RunningDaemon


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("statsu", "did you mean status?"),
        ("PING", "did you mean ping?"),
        ("config-relod", "did you mean config-reload?"),
        ("infrence", "did you mean inference?"),
        ("zzzzzz", 'list the commands with {"command":"help"}'),
        ("", 'list the commands with {"command":"help"}'),
        ("x" * 60_000, 'list the commands with {"command":"help"}'),
    ],
)
def test_unknown_commands(cortexd: RunningDaemon, name: str, hint: str) -> None:
    error = cortexd.refused(name)
    assert error["code"] == "INVALID_COMMAND"
    assert error["details"]["hint"] == hint
    assert len(error["message"]) < 200


def test_parameters_of_commands_without_any(cortexd: RunningDaemon) -> None:
    error = cortexd.refused("ping", x=1)
    assert error["message"] == "ping: x is unknown"
    assert error["details"] == {"param": "x", "hint": "no names are valid here"}
