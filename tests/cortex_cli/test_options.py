import json

from tests.cortex_cli.conftest import Cortex


def test_json_may_stand_before_and_after_the_command(cortex: Cortex) -> None:
    before = json.loads(cortex.run("--json", "install", "nginx").stdout)
    after = json.loads(cortex.run("install", "nginx", "--json").stdout)
    assert before == after
