import json

from tests.cortex_cli.conftest import Cortex


def test_json_may_stand_before_and_after_the_command(cortex: Cortex) -> None:
    before = cortex.run("--json", "install", "nginx")
    after = cortex.run("install", "nginx", "--json")
    assert json.loads(before.stdout) == json.loads(after.stdout)
