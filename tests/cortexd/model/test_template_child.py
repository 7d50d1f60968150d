"""The renderer as the program that it is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from cortexd.model import template_child


def rendered(template: str, *values: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", template_child.__file__],
        input=json.dumps({"template": template, "values": values}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply


def test_texts() -> None:
    assert rendered("a{{ x }}\n", {"x": "1"}, {"x": "ü"}) == {"texts": ["a1", "aü"]}
    assert rendered("{{ '\\ud800' }}", {}) == {"texts": ["?"]}


def test_errors() -> None:
    assert rendered("\n\n{% if %}", {})["line"] == 3
    assert rendered("{{ x }}", {}) == {"error": "'x' is undefined", "line": None}
    assert rendered("{{ 'a' * 10**9 }}", {}) == {"error": "it uses too much memory", "line": None}
