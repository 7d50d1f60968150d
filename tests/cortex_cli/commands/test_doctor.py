import json

import pytest

from cortex_cli.commands.doctor import _summarise
from cortex_cli.status.finding import Finding, State
from tests.cortex_cli.conftest import Cortex


def test_a_machine_where_nothing_runs(cortex: Cortex) -> None:
    done = cortex.run("doctor", env={"CORTEX_SOCKET": "/nonexistent/x.sock"})
    assert done.returncode == 1
    assert "FAILED  socket: /nonexistent/x.sock does not exist" in done.stdout
    assert "→ run: cortex up" in done.stdout
    assert "skipped daemon: needs: socket" in done.stdout


def test_a_machine_where_all_is_well(chat: Cortex, models: dict[str, object]) -> None:
    env = {"CORTEX_LLM_MODEL_PATH": str(models["chat"]), "CORTEX_LLM_PORT": "18085"}
    done = chat.run("doctor", "--json", env=env)
    found = json.loads(done.stdout)
    bad = [check for check in found["checks"] if check["state"] == "failed"]
    assert (bad, found["ok"], done.returncode) == ([], True, 0)
    model = next(check for check in found["checks"] if check["name"] == "model server")
    assert "profile chat, good for: open questions" in model["detail"]


@pytest.mark.parametrize(
    ("states", "summary"),
    [
        (["ok", "ok"], "all 2 checks passed"),
        (["ok", "warning"], "1 of 2 checks passed, 1 with a warning"),
        (["ok", "failed", "skipped"], "1 of 3 checks failed, 1 skipped"),
    ],
)
def test_all_passed_means_all(states: list[State], summary: str) -> None:
    assert _summarise([Finding("x", state, "") for state in states]) == summary
