"""Executables get alerts as JSON on standard input."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cortexd.notify.hooks import find_danger
from tests.support.alert_stock import stock
from tests.support.daemon import RunningDaemon, daemon, eventually


def hook(folder: Path, name: str, script: str, mode: int = 0o755) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(mode)
    return path


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    hooks = folder / "alert.d"
    hooks.mkdir(exist_ok=True)
    alerts = {"db_path": str(folder / "a.db"), "hooks_dir": str(hooks), **more}
    return {"monitoring": {"enabled": False}, "alerts": alerts}


def acknowledge_one(cortexd: RunningDaemon) -> str:
    alert_id: str = cortexd.call("alerts", limit=1)["alerts"][0]["id"]
    cortexd.call("alerts.acknowledge", id=alert_id)
    return alert_id


def test_each_hook_gets_the_alert(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 1)
    values = settings(tmp_path)
    hooks, out = tmp_path / "alert.d", tmp_path / "out"
    hook(hooks, "10-first", f'cat >"{out}.part"; echo "$CORTEX_EVENT" >"{out}.event"')
    hook(hooks, "20-second", f'mv "{out}.part" "{out}"')
    hook(hooks, "30-plain", "exit 1", 0o644)
    with daemon(tmp_path, values) as cortexd:
        alert_id = acknowledge_one(cortexd)
        eventually(out.exists, "both hooks, in order")
    alert = json.loads(out.read_text())
    assert (alert["event"], alert["id"], alert["status"]) == (
        "alert.updated",
        alert_id,
        "acknowledged",
    )
    assert Path(f"{out}.event").read_text() == "alert.updated\n"


def test_one_that_hangs_or_fails_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 1)
    values = settings(tmp_path, hook_timeout_sec=3)
    hooks, out = tmp_path / "alert.d", tmp_path / "out"
    hook(hooks, "10-hangs", "sleep 1000 & wait")
    hook(hooks, "20-fails", "exit 3")
    hook(hooks, "25-no-such-interpreter", "").write_text("#!/nonexistent/x\n")
    hook(hooks, "30-ok", f'cat >"{out}"')
    with daemon(tmp_path, values) as cortexd:
        acknowledge_one(cortexd)
        eventually(lambda: out.exists() and out.read_text(), "the last hook")
        log = cortexd.log_text()
    assert "10-hangs was killed after 3 s" in log
    assert "20-fails exited with status 3" in log


def test_what_others_may_write_is_not_run(tmp_path: Path) -> None:
    stock(tmp_path / "a.db", 1)
    values = settings(tmp_path)
    hooks, out = tmp_path / "alert.d", tmp_path / "out"
    hook(hooks, "10-open", f'touch "{out}.open"', 0o777)
    hook(hooks, "20-ok", f'touch "{out}"')
    with daemon(tmp_path, values) as cortexd:
        acknowledge_one(cortexd)
        eventually(out.exists, "the safe one")
        assert "writable by everybody" in cortexd.log_text()
    assert not Path(f"{out}.open").exists()


def test_who_owns_it(tmp_path: Path) -> None:
    path = hook(tmp_path, "x", "")
    assert find_danger(path) is None
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)
        assert find_danger(path) == "owned by user 12345"
