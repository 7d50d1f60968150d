import json
from typing import Any

from cortex_cli.install.validation import INCOMPLETE
from tests.cortex_cli.conftest import Cortex


def test_json_may_stand_before_and_after_the_command(cortex: Cortex) -> None:
    before = read_plan(cortex.run("--json", "install", "nginx").stdout)
    after = read_plan(cortex.run("install", "nginx", "--json").stdout)
    assert before == after


def read_plan(text: str) -> dict[str, Any]:
    """The plan, without what says only that this machine was busy."""
    plan: dict[str, Any] = json.loads(text)
    plan["warnings"] = [warning for warning in plan["warnings"] if warning != INCOMPLETE]
    return plan
