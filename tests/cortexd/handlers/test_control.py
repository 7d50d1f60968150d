"""config.get, config.reload, shutdown; more of reloading is in test_config.py."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemon import RunningDaemon, daemon


def test_config_get(cortexd: RunningDaemon) -> None:
    data = cortexd.call("config.get")
    assert data["files"] == [str(cortexd.config_path)]
    assert data["config"]["socket"]["path"] == str(cortexd.socket_path)
    assert data["config"]["llm"]["api_key"] is None


def test_an_unchanged_file_changes_nothing(cortexd: RunningDaemon) -> None:
    reply = cortexd.call("config.reload")
    assert reply == {
        "reloaded": True,
        "changed": [],
        "restart_required": [],
        "config_file": str(cortexd.config_path),
    }


def test_shutdown_is_answered_before_it_happens(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd, cortexd.session() as session:
        session.send({"command": "shutdown"})
        assert session.line()["data"] == {"shutdown": "initiated"}
        assert session.ended()
        assert cortexd.wait() == 0
