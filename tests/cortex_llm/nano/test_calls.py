"""Examples of tool calls: the tool is listed, its arguments come from the request."""

from __future__ import annotations

import json
import random
import re

from cortex_llm.nano import prompts
from cortex_llm.nano.calls import Calls
from tests.cortex_llm.nano import small


def test_calls_are_of_listed_tools() -> None:
    calls = Calls(small.words().grammars)
    chance = random.Random(4)
    none = 0
    for _ in range(400):
        example = calls.call(chance)
        assert example is not None
        asked = example.messages[1]["content"]
        if example.answer == prompts.NO_CALL:
            none += 1
            continue
        called = re.fullmatch(r"<CALL:(\w+)(\{.*\})>", example.answer)
        assert called, example.answer
        listed = dict(re.findall(r"^(\w+)\(([^)]*)\):", asked, re.M))
        arguments = json.loads(called[2])
        assert list(arguments) == [name for name in listed[called[1]].split(", ") if name]
        assert all(value and value in asked for value in arguments.values()), example
    assert 20 < none < 120
