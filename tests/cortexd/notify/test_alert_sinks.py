"""All sinks at once, on one alert, and none of them after a reload that turns them off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.support.alert_stock import stock
from tests.support.daemon import daemon, eventually
from tests.support.http_sink import HttpSink


def test_one_alert_reaches_all_until_they_are_switched_off(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 4)
    hooks = tmp_path / "alert.d"
    hooks.mkdir()
    (hooks / "x").write_text(f'#!/bin/sh\ncat >>"{tmp_path}/out"; echo >>"{tmp_path}/out"\n')
    (hooks / "x").chmod(0o755)
    with HttpSink() as sink:
        alerts: dict[str, Any] = {
            "db_path": str(tmp_path / "a.db"), "hooks_dir": str(hooks), "webhook_url": sink.url,
            "webhook_min_severity": "info",
        }  # fmt: skip
        settings = {"monitoring": {"enabled": False}, "alerts": alerts}
        with daemon(tmp_path, {**settings, "metrics": {"enabled": True, "port": 0}}) as cortexd:
            eventually(lambda: re.search("metrics on http", cortexd.log_text()), "it listens")
            stored = cortexd.call("alerts")["alerts"]
            cortexd.call("alerts.acknowledge", id=stored[0]["id"])
            out = tmp_path / "out"
            eventually(lambda: sink.received and out.exists() and out.read_text(), "both are told")
            quiet = {**alerts, "webhook_url": None, "hooks_dir": str(tmp_path / "none")}
            cortexd.configure({**settings, "alerts": quiet})
            changed = cortexd.call("config.reload")
            assert set(changed["changed"]) - {"llm.url"} == {
                "alerts.webhook_url", "alerts.hooks_dir", "metrics.enabled", "metrics.port"
            }  # fmt: skip
            assert changed["restart_required"] == []
            before = out.read_text()
            cortexd.call("alerts.dismiss", all=True)
            assert cortexd.call("ping")
        assert len(sink.received) == 1
        assert out.read_text() == before
