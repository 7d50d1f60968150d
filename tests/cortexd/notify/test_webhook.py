"""Alerts arrive at a real HTTP server, whatever happens in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.alert_stock import stock
from tests.support.daemon import daemon, eventually
from tests.support.http_sink import HttpSink


def settings(folder: Path, url: str, **more: Any) -> dict[str, Any]:
    alerts = {"db_path": str(folder / "a.db"), "webhook_url": url, **more}
    return {"monitoring": {"enabled": False}, "alerts": alerts}


def test_in_order_with_retries_and_the_token(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 4)
    with HttpSink([503, 500]) as sink:
        with daemon(tmp_path, settings(tmp_path, sink.url, webhook_token="s3cret")) as cortexd:
            cortexd.call("alerts.acknowledge", all=True)
            eventually(lambda: len(sink.received) == 3, "three of four: info is not posted")
            masked = cortexd.call("config.get")["config"]["alerts"]
            assert masked["webhook_token"] == masked["webhook_url"] == "********"
        severities = [message["alert"]["severity"] for message in sink.received]
        assert "info" not in severities
        assert sink.attempts == 5
        assert set(sink.paths) == {"/hook/?key=1"}
        assert {headers["Authorization"] for headers in sink.headers} == {"Bearer s3cret"}
        assert len({message["delivery"] for message in sink.received}) == 3
        assert {message["event"] for message in sink.received} == {"alert.updated"}


@pytest.mark.parametrize("end", ["asked", "killed"])
def test_nothing_is_lost_across_a_restart(tmp_path: Path, end: str) -> None:
    stock(tmp_path / "a.db", 8)
    with HttpSink() as sink:
        url, port = sink.url, sink.port
    status = 0 if end == "asked" else None
    with daemon(tmp_path, settings(tmp_path, url), status=status) as cortexd:
        assert cortexd.call("alerts.acknowledge", all=True) == {"acknowledged_count": 8}
        eventually(lambda: "cannot deliver to the webhook" in cortexd.log_text(), "it says so")
        if end == "killed":
            cortexd.process.kill()
            cortexd.process.wait()
    cortexd.socket_path.unlink(missing_ok=True)
    with HttpSink(port=port) as sink, daemon(tmp_path, settings(tmp_path, url)):
        eventually(lambda: len(sink.received) == 6, "all of them", timeout=40)


def test_a_message_that_is_refused_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 4)
    with (
        HttpSink([422]) as sink,
        daemon(tmp_path, settings(tmp_path, sink.url)) as cortexd,
    ):
        cortexd.call("alerts.acknowledge", all=True)
        eventually(lambda: len(sink.received) == 2, "the others")
        assert "rejected a message with HTTP 422" in cortexd.log_text()


def test_a_new_address_takes_effect_at_once(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 4)
    with HttpSink() as sink:
        dead = "http://127.0.0.1:9/"
        with daemon(tmp_path, settings(tmp_path, dead)) as cortexd:
            cortexd.call("alerts.acknowledge", all=True)
            eventually(lambda: "cannot deliver to the webhook" in cortexd.log_text(), "it says so")
            cortexd.configure(settings(tmp_path, sink.url))
            assert "alerts.webhook_url" in cortexd.call("config.reload")["changed"]
            eventually(lambda: len(sink.received) == 3, "all of them", timeout=40)
