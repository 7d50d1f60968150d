"""Parameters are strict: wrong types, unknown names and ranges are refused by name."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from cortexd.api import alert_params, messages
from cortexd.handlers import COMMANDS
from tests.support.daemon import RunningDaemon


@pytest.mark.parametrize(
    ("params", "says", "hint"),
    [
        ({}, 'give either "prompt" or "messages"', None),
        ({"prompt": 5}, "prompt is 5: expected str", None),
        ({"prompt": None}, "give either", None),
        ({"prompt": "a", "messages": []}, "messages is []", None),
        ({"prompt": "a", "messages": [{"role": "user", "content": "b"}]}, "give either", None),
        ({"messages": [{"role": "robot", "content": "b"}]}, "messages.0.role is 'robot'", None),
        ({"messages": [{"role": "user"}]}, "messages.0.content is missing", None),
        ({"messages": [{"role": "user", "contnt": "b"}]}, "contnt is unknown", "content"),
        ({"prompt": "a", "max_token": 5}, "max_token is unknown", "did you mean max_tokens?"),
        ({"prompt": "a", "max_tokens": "5"}, "max_tokens is '5': expected int", None),
        ({"prompt": "a", "max_tokens": 0}, "max_tokens is 0: expected int >= 1", None),
        ({"prompt": "a", "max_tokens": 5.5}, "max_tokens is 5.5", None),
        ({"prompt": "a", "max_tokens": True}, "max_tokens is True", None),
        ({"prompt": "a", "max_tokens": 10**30}, "max_tokens is 1000", None),
        ({"prompt": "a", "temperature": 2.1}, "temperature is 2.1", None),
        ({"prompt": "a", "top_p": 0}, "top_p is 0", None),
        ({"prompt": "a", "seed": -1}, "seed is -1", None),
        ({"prompt": "a", "stop": ["x"] * 17}, "stop is", None),
        ({"prompt": "a", "json_schema": "x"}, "json_schema is 'x'", None),
        ({"prompt": "a", "timeout_s": 0}, "timeout_s is 0", None),
        ({"prompt": "a", "stream": "yes"}, "stream is 'yes'", None),
        ({"prompt": "a\0b"}, "NUL character at position 1", None),
        ({"prompt": "a", "system": "\0"}, "system contains a NUL", None),
    ],
)  # fmt: skip
def test_inference_refuses(
    cortexd: RunningDaemon, params: dict[str, Any], says: str, hint: str | None
) -> None:
    error = cortexd.refused("inference", **params)
    assert error["code"] == "INVALID_PARAMS"
    assert says in error["message"]
    assert hint is None or hint in error["details"]["hint"]


@pytest.mark.parametrize("prompts", [[], ["a"] * 65, "a", [5], None])
def test_batch_refuses(cortexd: RunningDaemon, prompts: Any) -> None:
    assert cortexd.refused("inference.batch", prompts=prompts)["code"] == "INVALID_PARAMS"


def test_every_parameter_model_belongs_to_one_command() -> None:
    models = {
        kind
        for module in (messages, alert_params)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, messages.Params)
    }
    nested = {
        messages.Params, messages.NoParams, messages.Generation, messages.Message,
        alert_params.ChosenAlerts,
    }  # fmt: skip
    used = [command.params for command in COMMANDS if command.params is not messages.NoParams]
    assert sorted(map(str, used)) == sorted(map(str, models - nested))
