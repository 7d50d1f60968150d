import json
from pathlib import Path
from typing import Any

from cortex_cli.commands.services import _describe_disk
from tests.cortex_cli.conftest import CHECKOUT, Cortex, alive, service_pids
from tests.support.terminal import CTRL_C, terminal


def test_up_twice_and_down_twice(cortex: Cortex, runtime: Path, models: dict[str, Path]) -> None:
    model = str(models["nano"])
    first = cortex.run("up", "--model", model)
    assert first.returncode == 0, first.stderr
    assert "cortexd and cortex-llm started; cortex-nano-tiny is ready" in first.stderr
    pids = service_pids(runtime)
    try:
        again = cortex.run("up", "--model", model)
        assert again.returncode == 0
        assert "already running" in again.stderr
        assert service_pids(runtime) == pids
        assert cortex.run("status").returncode == 0
        for path in (runtime / "cortex").iterdir():
            assert path.is_socket() or path.stat().st_mode & 0o077 == 0, path
    finally:
        down = cortex.run("down")
    assert down.stderr == "cortexd and cortex-llm stopped\n"
    assert not [pid for pid in pids if alive(pid)]
    assert cortex.run("down").stderr == "nothing was running\n"
    assert cortex.run("status").returncode == 1


def test_ctrl_c_while_it_starts_leaves_nothing(
    cortex: Cortex, runtime: Path, models: dict[str, Path]
) -> None:
    command = cortex.command("up", "--model", str(models["nano"]))
    with terminal(command, cortex.environ, CHECKOUT) as screen:
        screen.wait_for("starting the model server")
        screen.press(CTRL_C)
        assert screen.ended() == 130
    assert service_pids(runtime) == []


def test_status_for_people_and_programs(chat: Cortex) -> None:
    shown = chat.run("status")
    assert "tiny-chat ready" in shown.stdout
    done = chat.run("status", "--json")
    found = json.loads(done.stdout)
    # The machine of the test has a state of its own, such as security updates that wait.
    worst = {alert["severity"] for alert in found["alerts"]}
    expected = 2 if worst & {"critical", "error"} else 1 if "warning" in worst else 0
    assert done.returncode == expected
    assert found["llm"]["state"] == "ready"
    assert found["running"] is True


def test_status_without_a_daemon(cortex: Cortex) -> None:
    done = cortex.run("status", "--json", env={"CORTEX_SOCKET": "/nonexistent/x.sock"})
    assert done.returncode == 1
    assert json.loads(done.stdout)["running"] is False


def test_the_disk_of_a_status_is_what_df_says() -> None:
    health: dict[str, Any] = {
        "disk_usage_percent": 33.0,
        "disk_total_gb": 252.0,
        "disks": [{"mount": "/", "available_gb": 68.8}],
    }
    assert _describe_disk(health) == "33 % used, 69 GiB free"
    assert _describe_disk({**health, "disks": []}) == "33 % of 252 GiB"  # of an older daemon
