import json

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
