import json
import time

from tests.cortex_cli.conftest import Cortex

# 90 ms on an idle machine is for the benchmark; here two busy cores are shared.
PING_LIMIT_S = 1.0


def test_ping(chat: Cortex) -> None:
    started = time.monotonic()
    done = chat.run("daemon", "ping")
    assert time.monotonic() - started < PING_LIMIT_S
    assert done.stdout.startswith("pong in ")
    assert json.loads(chat.run("daemon", "ping", "--json").stdout)["pong"] is True


def test_version_and_status(chat: Cortex) -> None:
    assert chat.run("daemon", "version").stdout.startswith("cortexd 0.")
    assert json.loads(chat.run("daemon", "version", "--json").stdout)["name"] == "cortexd"
    assert "tiny-chat ready" in chat.run("daemon", "status").stdout
    assert json.loads(chat.run("daemon", "status", "--json").stdout)["running"] is True


def test_health(chat: Cortex) -> None:
    shown = chat.run("daemon", "health").stdout
    assert "memory_total_mb" in shown
    found = json.loads(chat.run("daemon", "health", "--json").stdout)
    assert found["memory_total_mb"] > 0


def test_configuration(chat: Cortex) -> None:
    shown = chat.run("daemon", "config")
    assert "socket.path" in shown.stdout
    assert "read from: " in shown.stderr
    assert "config" in json.loads(chat.run("daemon", "config", "--json").stdout)
    assert chat.run("daemon", "reload-config").stdout == "reloaded; changed: nothing\n"
    found = json.loads(chat.run("daemon", "reload-config", "--json").stdout)
    assert found["reloaded"] is True


def test_shutdown(cortex: Cortex, models: dict[str, object]) -> None:
    assert cortex.run("up", "--model", str(models["nano"])).returncode == 0
    try:
        done = cortex.run("daemon", "shutdown")
        assert (done.returncode, done.stdout) == (0, "shutdown initiated\n")
    finally:
        assert cortex.run("down").returncode == 0


def test_the_logs_of_up_are_shown_where_it_runs(chat: Cortex) -> None:
    """Not the journal, which has nothing of them, and no word of sudo."""
    assert chat.run("ask", "What is nginx?").returncode == 0
    shown = chat.run("daemon", "logs", "-n", "200")
    assert (shown.returncode, "sudo" in shown.stderr) == (0, False)
    assert "cortexd.log" in shown.stdout
    assert "cortex-llm.log" in shown.stdout
    needle = max(shown.stdout.split(), key=len)
    one = chat.run("daemon", "logs", "--request", needle).stdout.splitlines()
    assert one
    assert all(needle in line for line in one)
    assert len(one) < len(shown.stdout.splitlines())
