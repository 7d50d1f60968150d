"""Programs written against the original's client work with this daemon."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from cortex.daemon_client import CortexDaemonClient, DaemonConnectionError, DaemonProtocolError
from tests.support.alert_stock import stock
from tests.support.daemon import RunningDaemon, daemon
from tests.support.fake_llm import FakeLlm, say

# From the original's guide, to the letter.
EXAMPLE = """
from cortex.daemon_client import CortexDaemonClient

client = CortexDaemonClient()

# Run inference
result = client._send_command({
    "command": "inference",
    "params": {
        "prompt": "List Linux package managers",
        "max_tokens": 256,
        "temperature": 0.7
    }
})

print(result["data"]["output"])
print(f"Inference time: {result['data']['inference_time_ms']}ms")
"""


def test_the_guides_example_runs_as_written(
    asked: RunningDaemon,
    llm: FakeLlm,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    llm.chat = say("apt, dnf, pacman")
    monkeypatch.setenv("CORTEX_SOCKET", str(asked.socket_path))
    exec(EXAMPLE, {})
    output, took = capsys.readouterr().out.splitlines()
    assert output == "apt, dnf, pacman"
    assert took.startswith("Inference time: ")
    assert took.endswith("ms")
    assert llm.seen[0].body["max_tokens"] == 256


def test_an_answer_may_take_longer_than_the_daemon_may_be_silent(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("late", wait=5.5)
    client = CortexDaemonClient(str(asked.socket_path))
    assert client.timeout == 5.0
    request = {"command": "inference", "params": {"prompt": "x", "stream": True}}
    assert client._send_command(request)["data"]["output"] == "late"


def test_what_the_daemon_is_asked(cortexd: RunningDaemon) -> None:
    client = CortexDaemonClient(str(cortexd.socket_path))
    assert client.ping()
    assert client.is_running()
    assert client.get_version()["name"] == "cortexd"
    assert client.get_status()["running"] is True
    assert client.get_health()["memory_total_mb"] > 0
    assert client.get_config()["config"]["socket"]["path"] == str(cortexd.socket_path)
    assert client.get_llm_status()["state"] == "absent"
    assert client.reload_config()
    assert client._send_command("ping")["data"] == {"pong": True}
    assert client._send_command("health.history", {"minutes": 5})["status"] == "ok"


def test_an_error_reply_is_returned_or_raised(cortexd: RunningDaemon) -> None:
    client = CortexDaemonClient(str(cortexd.socket_path))
    assert client._send_command("nope")["error"]["code"] == "INVALID_COMMAND"
    with pytest.raises(DaemonProtocolError, match="max_tokens is 0"):
        client.infer("x", max_tokens=0)
    assert not client.acknowledge_alert("none")
    assert not client.dismiss_alert("none")
    assert not client.unload_model()


def test_alerts(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 8)
    settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(tmp_path / "a.db")}}
    with daemon(tmp_path, settings) as cortexd:
        client = CortexDaemonClient(str(cortexd.socket_path))
        assert len(client.get_alerts(limit=3)) == 3
        assert len(client.get_alerts_by_severity("critical")) == 2
        assert len(client.get_alerts_by_type("service_failed")) == 8
        first, second = client.get_alerts(limit=2)
        assert client.acknowledge_alert(first["id"])
        assert client.dismiss_alert(second["id"])
        assert {alert["status"] for alert in client.get_active_alerts()} == {"active"}
        assert client.acknowledge_all_alerts() == 6
        assert client.get_active_alerts() == []
        assert client.format_alerts(client.get_alerts()).startswith("Alerts (8):")
        assert client.shutdown()
        cortexd.wait()
        assert client.shutdown()
        assert not client.is_running()


def test_infer(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("Hi")
    answer = CortexDaemonClient(str(asked.socket_path)).infer("Hello", stop="END")
    assert answer["output"] == "Hi"
    assert llm.seen[0].body["stop"] == "END"


def test_no_daemon_is_said_with_the_way_out(tmp_path: Path) -> None:
    client = CortexDaemonClient(str(tmp_path / "none"))
    with pytest.raises(DaemonConnectionError, match=r"cannot reach .*none.*cortex up"):
        client.get_status()
    assert not client.ping()


@pytest.mark.parametrize(
    ("answer", "error"),
    [(b"", DaemonProtocolError), (b"no\n", DaemonProtocolError), (b"[]\n", DaemonProtocolError),
     (None, DaemonConnectionError)],
)  # fmt: skip
def test_a_peer_that_is_no_daemon(
    tmp_path: Path, answer: bytes | None, error: type[Exception]
) -> None:
    done = threading.Event()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                if answer is None:
                    done.wait(30)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(error):
            CortexDaemonClient(str(tmp_path / "s"), timeout=0.3).get_status()
        done.set()
        thread.join()
