"""The whole watch under real conditions: a daemon, its socket, and a machine that changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cortexd.alerts.store import Store
from cortexd.config import Config
from cortexd.identifiers import identify
from cortexd.monitoring.collector import Collector
from cortexd.monitoring.monitor import Monitor
from cortexd.sources.units import UnitState
from tests.support.alert_stock import stock
from tests.support.daemon import RunningDaemon, Session, daemon, eventually
from tests.support.loop_mount import NEEDS_LOOP, fill, loop_mount

QUICK: dict[str, Any] = {
    "monitoring": {"interval_sec": 1, "enable_apt": False, "enable_deps": False},
    # What this machine happens to be must not matter.
    "thresholds": {
        "disk_warn": 90,
        "cpu_warn": 100,
        "load_warn": 900,
        "mem_warn": 99,
        "mem_crit": 100,
    },
}
SLOW_S = 40.0


def with_database(path: Path, **more: Any) -> dict[str, Any]:
    return {**QUICK, "alerts": {"db_path": str(path), **more}}


@contextlib.contextmanager
def watching(cortexd: RunningDaemon, **params: Any) -> Iterator[Session]:
    with cortexd.session() as session:
        session.send({"command": "alerts.watch", "params": params})
        assert session.line()["event"] == "alerts.watching"
        yield session


def event(session: Session, name: str, kind: str, subject: str = "") -> dict[str, Any]:
    """The next event of this name about an alert of this kind."""
    deadline = time.monotonic() + SLOW_S
    while time.monotonic() < deadline:
        line = session.line()
        alert: dict[str, Any] = line["data"]
        about = alert["kind"], alert["metadata"].get("mount", "")
        if line["event"] == name and about == (kind, subject or about[1]):
            return alert
    raise AssertionError(f"no {name} of {kind}")


class TestDisks:
    pytestmark = NEEDS_LOOP

    def test_space_is_told_worse_freed_and_taken_back(self, tmp_path: Path) -> None:
        with (
            loop_mount(tmp_path) as mount,
            daemon(tmp_path, QUICK) as cortexd,
            watching(cortexd) as watch,
        ):
            (mount / "logs").mkdir()
            big = fill(mount, 0.92, "logs/big")
            raised = event(watch, "alert.raised", "disk_space", str(mount))
            assert raised["severity"] == "warning"
            assert raised["type"] == "disk_usage"
            assert str(mount) in raised["message"]
            evidence = {page["title"]: page["lines"] for page in raised["evidence"]}
            assert any(line.endswith("/logs") for line in evidence["Biggest folders"])
            assert f"du -xh --max-depth=2 {mount}" in raised["remedy"]
            more = fill(mount, 0.985, "more")
            worse = event(watch, "alert.updated", "disk_space", str(mount))
            assert (worse["id"], worse["severity"]) == (raised["id"], "critical")
            assert cortexd.call("health")["critical_alerts"] == 1
            big.unlink()
            more.unlink()
            over = event(watch, "alert.resolved", "disk_space", str(mount))
            assert over["id"] == raised["id"]
            assert over["resolved"]
            assert "lasted" in over["resolution"]
            assert over["occurrences"] >= 2
            listed = cortexd.call("alerts", type="disk_usage", status="resolved")
            assert [alert["id"] for alert in listed["alerts"]] == [raised["id"]]

    def test_inodes_a_deleted_open_file_and_a_mount_that_goes_away(self, tmp_path: Path) -> None:
        with (
            loop_mount(tmp_path, inodes=256) as mount,
            daemon(tmp_path, QUICK) as cortexd,
            watching(cortexd) as watch,
        ):
            file = (mount / "held").open("wb")
            file.write(b"x" * 14 * 2**20)
            file.flush()
            (mount / "held").unlink()
            crowd = mount / "crowd"
            crowd.mkdir()
            for number in range(220):
                (crowd / f"{number}").touch()
            raised = [event(watch, "alert.raised", kind) for kind in ("disk_space", "disk_inodes")]
            evidence = {e["title"]: e["lines"] for alert in raised for e in alert["evidence"]}
            deleted = evidence["Deleted files that are still open"]
            assert any(f"{mount}/held" in line and f"pid {os.getpid()}" in line for line in deleted)
            assert any(line.endswith("/crowd") for line in evidence["Folders with the most files"])
            file.close()
            subprocess.run(["umount", str(mount)], check=True)
            gone = event(watch, "alert.resolved", "disk_inodes", str(mount))
            assert gone["resolution"].startswith("no longer present")

    @pytest.mark.parametrize(
        "name", [b"caf\xe9", "a\u3000b\u00a0c\td".encode()], ids=["latin-1", "spaces"]
    )
    def test_a_strange_name_with_the_folders_that_fill_it(
        self, tmp_path: Path, name: bytes
    ) -> None:
        with (
            loop_mount(tmp_path, name=name) as mount,
            daemon(tmp_path, QUICK) as cortexd,
            watching(cortexd) as watch,
        ):
            (mount / "logs").mkdir()
            fill(mount, 0.97, "logs/big")
            shown = identify(str(mount))
            raised = event(watch, "alert.raised", "disk_space", shown)
            evidence = {page["title"]: page["lines"] for page in raised["evidence"]}
            assert evidence["Biggest folders"][0].endswith(f"{shown}/logs")
            script = next(line for line in raised["remedy"].splitlines() if "du -xh" in line)
            command = script.replace("sudo ", "").partition("|")[0]
            done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
            assert os.fsencode(mount / "logs") in done.stdout
            label = shown.replace("\\", "\\\\")  # as the text format escapes it
            assert f'mount="{label}"' in cortexd.call("metrics")["text"]
            subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
            turned = event(watch, "alert.raised", "disk_read_only", shown)
            assert turned["severity"] == "error"
            active = {alert["kind"] for alert in cortexd.call("alerts", status="active")["alerts"]}
            assert {"disk_space", "disk_read_only"} <= active
            subprocess.run(["mount", "-o", "remount,rw", mount], check=True)
            again = event(watch, "alert.resolved", "disk_read_only", shown)
            assert again["resolution"].startswith("writable")


def test_memory_with_the_processes_that_hold_it(tmp_path: Path) -> None:
    settings = {**QUICK, "thresholds": {**QUICK["thresholds"], "mem_warn": 1.01}}
    with daemon(tmp_path, settings) as cortexd, watching(cortexd) as watch:
        raised = event(watch, "alert.raised", "memory")
        (evidence,) = raised["evidence"]
        assert evidence["title"] == "Processes with the most memory"
        assert " MiB " in evidence["lines"][0]
        assert f"The largest now: {evidence['lines'][0]}" in raised["remedy"]


@pytest.mark.skipif(not Path("/var/lib/apt/lists").is_dir(), reason="needs apt")
def test_a_source_that_fails_is_told_once_and_tried_again_after_a_reload(tmp_path: Path) -> None:
    """An apt-get that is broken for real, and then mended."""
    programs = tmp_path / "bin"
    programs.mkdir()
    apt = programs / "apt-get"
    apt.write_text("#!/bin/sh\nexit 100\n")
    apt.chmod(0o755)
    settings = {**QUICK, "monitoring": {**QUICK["monitoring"], "settle_sec": 0, "enable_apt": True}}
    environment = {"PATH": f"{programs}:{os.environ['PATH']}"}
    with (
        daemon(tmp_path, settings, env=environment) as cortexd,
        watching(cortexd) as watch,
    ):
        raised = event(watch, "alert.raised", "source_left_out")
        assert "apt-get -s dist-upgrade exited with status 100" in raised["message"]
        time.sleep(3)
        assert cortexd.log_text().count("apt is no longer monitored") == 2  # the log, the alert
        apt.write_text("#!/bin/sh\necho 'Inst a [1] (2 Debian-Security:12/x [amd64])'\n")
        assert cortexd.call("health")["pending_updates"] is None
        cortexd.call("config.reload")
        assert event(watch, "alert.resolved", "source_left_out")["id"] == raised["id"]
        eventually(lambda: cortexd.call("health")["security_updates"] == 1, "apt is read again")


class TestPeople:
    def test_acknowledge_and_dismiss(self, tmp_path: Path) -> None:
        settings = {**QUICK, "thresholds": {**QUICK["thresholds"], "disk_warn": 0.0001}}
        with daemon(tmp_path, settings) as cortexd, watching(cortexd) as watch:
            raised = event(watch, "alert.raised", "disk_space", "/")
            assert cortexd.call("acknowledge_alert", id=raised["id"]) == {
                "uuid": raised["id"],
                "acknowledged": raised["id"],
                "acknowledged_count": 1,
            }
            assert event(watch, "alert.updated", "disk_space", "/")["acknowledged"]
            assert cortexd.call("health")["active_alerts"] == len(
                cortexd.call("alerts", status="active")["alerts"]
            )
            assert cortexd.call("alerts.dismiss", id=raised["id"]) == {
                "uuid": raised["id"],
                "dismissed": raised["id"],
                "dismissed_count": 1,
            }
            time.sleep(2.5)  # the condition lasts, and nobody wants to hear of it
            dismissed = cortexd.call("alerts.get", id=raised["id"])["alerts"][0]
            assert dismissed["status"] == "dismissed"
            assert dismissed["occurrences"] > raised["occurrences"]
            alerts = cortexd.call("alerts")["alerts"]
            slash = [a for a in alerts if a["metadata"].get("mount") == "/"]
            assert len(slash) == 1
            assert cortexd.refused("alerts.dismiss", id="nonsense")["code"] == "NOT_FOUND"
            assert cortexd.refused("alerts.dismiss")["code"] == "INVALID_PARAMS"
            assert cortexd.refused("alerts.acknowledge", id="x", all=True)["code"] == (
                "INVALID_PARAMS"
            )

    def test_a_bad_file_changes_nothing_and_a_good_one_takes_effect(self, tmp_path: Path) -> None:
        with daemon(tmp_path, QUICK) as cortexd, watching(cortexd) as watch:
            cortexd.configure({**QUICK, "thresholds": {"disk_wann": 1}})
            error = cortexd.refused("config.reload")
            assert "disk_wann" in error["message"]
            assert "line" in error["message"]
            assert "disk_warn" in error["details"]["hint"]
            cortexd.configure({**QUICK, "thresholds": {"disk_warn": 0.0001, "disk_crit": 0.99}})
            assert "thresholds.disk_warn" in cortexd.call("config.reload")["changed"]
            event(watch, "alert.raised", "disk_space", "/")
            moved = {**QUICK, "alerts": {"db_path": str(tmp_path / "other.db")}}
            cortexd.configure(moved)
            assert cortexd.call("config.reload")["restart_required"] == ["alerts.db_path"]
            off = {**QUICK, "monitoring": {"enabled": False}}
            cortexd.configure(off)
            cortexd.signal(signal.SIGHUP)
            over = event(watch, "alert.resolved", "disk_space", "/")
            assert "no longer monitored" in over["resolution"]


class TestWatchers:
    def test_fifty_and_one_that_stalls(self, tmp_path: Path) -> None:
        """49 readers get every event; the one that never reads costs nobody anything."""
        quiet = {**QUICK, "monitoring": {"enabled": False}}
        database = tmp_path / "a.db"
        stock(database, 3000)
        settings = {**quiet, "alerts": {"db_path": str(database)}}
        with daemon(tmp_path, settings) as cortexd, contextlib.ExitStack() as stack:
            stalled = stack.enter_context(cortexd.connect())
            stalled.sendall(b'{"command":"alerts.watch"}\n')
            readers = [stack.enter_context(watching(cortexd)) for _ in range(49)]
            begun = time.monotonic()
            assert cortexd.call("alerts.acknowledge", all=True) == {"acknowledged_count": 3000}
            slowest = 0.0
            for _ in range(50):
                asked = time.monotonic()
                cortexd.call("ping")
                slowest = max(slowest, time.monotonic() - asked)
            assert slowest < 2.0
            for reader in readers:
                events = 0
                while events < 3000:
                    line = reader.line()
                    missed = line["event"] == "alerts.missed"
                    events += line["data"]["count"] if missed else 1
            assert time.monotonic() - begun < SLOW_S

    def test_severity_chooses(self, tmp_path: Path) -> None:
        database = tmp_path / "a.db"
        stock(database, 8)
        settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(database)}}
        with (
            daemon(tmp_path, settings) as cortexd,
            watching(cortexd, min_severity="error") as bad,
            watching(cortexd, severity="info") as info,
        ):
            cortexd.call("alerts.acknowledge", all=True)
            assert {bad.line()["data"]["severity"] for _ in range(4)} == {"error", "critical"}
            assert {info.line()["data"]["severity"] for _ in range(2)} == {"info"}

    def test_shutdown_ends_a_watch_with_its_reply(self, tmp_path: Path) -> None:
        with daemon(tmp_path, QUICK) as cortexd, watching(cortexd) as watch:
            begun = time.monotonic()
            cortexd.call("shutdown")
            assert watch.reply()["data"] == {"events": 0}
            assert cortexd.wait() == 0
            assert time.monotonic() - begun < 5


class TestDatabase:
    def test_killed_at_any_moment_it_loses_nothing_that_was_told(self, tmp_path: Path) -> None:
        settings = with_database(tmp_path / "a.db")
        settings["thresholds"] = {**settings["thresholds"], "disk_warn": 0.0001}
        with (
            daemon(tmp_path, settings, status=None) as cortexd,
            watching(cortexd) as watch,
        ):
            raised = event(watch, "alert.raised", "disk_space", "/")
            cortexd.signal(signal.SIGKILL)
            cortexd.process.wait()
        cortexd.socket_path.unlink()
        with daemon(tmp_path, settings) as cortexd:
            kept = cortexd.call("alerts", id=raised["id"])["alerts"][0]
            assert {**kept, "occurrences": 0, "last_seen": 0} == {
                **raised, "occurrences": 0, "last_seen": 0
            }  # fmt: skip
            time.sleep(3)  # it lasts, and is still the same alert
            assert len(cortexd.call("alerts", type="disk_usage", status="active")["alerts"]) == len(
                {a["metadata"]["mount"] for a in cortexd.call("alerts")["alerts"]}
            )

    def test_killed_while_it_writes_it_keeps_what_it_has_answered(self, tmp_path: Path) -> None:
        """Six daemons, each killed at another moment in the midst of changes."""
        database = tmp_path / "a.db"
        stock(database, 4000)
        settings = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(database)}}
        answered: set[str] = set()
        for delay in (0.0, 0.013, 0.05, 0.11, 0.2, 0.3):
            with daemon(tmp_path, settings, status=None) as cortexd:
                listed = cortexd.call("alerts", status="active", limit=1000)["alerts"]
                assert answered.isdisjoint(alert["id"] for alert in listed)
                killer = threading.Timer(delay, cortexd.process.kill)
                killer.start()
                with contextlib.suppress(OSError, AssertionError), cortexd.session() as session:
                    for alert in listed:
                        params = {"id": alert["id"]}
                        session.send({"command": "alerts.acknowledge", "params": params})
                        answered.add(session.reply()["data"]["acknowledged"])
                killer.join()
                cortexd.process.wait()
            cortexd.socket_path.unlink()
        with daemon(tmp_path, settings) as cortexd:
            pages = (
                cortexd.call("alerts", status="acknowledged", limit=1000, offset=offset)["alerts"]
                for offset in range(0, 4000, 1000)
            )
            kept = [alert for page in pages for alert in page]
            assert answered <= {alert["id"] for alert in kept}
            assert len(kept) <= len(answered) + 6  # an answer each that the kill cut off
            assert cortexd.call("alerts")["total"] == 4000
            print(f"{len(answered)} answers, {len(kept)} kept")

    def test_a_damaged_file_is_moved_aside_and_told(self, tmp_path: Path) -> None:
        database = tmp_path / "a.db"
        stock(database, 50)
        raw = bytearray(database.read_bytes())
        raw[200:20_000] = os.urandom(19_800)
        database.write_bytes(raw)
        with daemon(tmp_path, with_database(database)) as cortexd:
            kept = eventually(
                lambda: cortexd.call("alerts", type="daemon_status")["alerts"], "the alert"
            )
            assert kept[0]["kind"] == "database_damaged"
            moved = Path(kept[0]["metadata"]["moved_to"])
            assert moved.read_bytes() == bytes(raw)
            assert ".recover" in kept[0]["remedy"]

    def test_a_newer_schema_is_refused(self, tmp_path: Path) -> None:
        from tests.support.daemon import run_cortexd

        database = tmp_path / "a.db"
        with contextlib.closing(sqlite3.connect(database)) as db:
            db.execute("PRAGMA user_version = 99")
        config = tmp_path / "c.yaml"
        config.write_text(json.dumps({"alerts": {"db_path": str(database)}}))
        ended = run_cortexd(tmp_path, "--config", str(config), CORTEX_SOCKET=f"{tmp_path}/s")
        assert ended.returncode == 2
        assert "has schema 99" in ended.stderr
        assert "alerts.db_path" in ended.stderr

    @pytest.mark.root
    def test_a_full_disk(self, tmp_path: Path) -> None:
        """The daemon stays up, keeps alerts in memory, says so, writes them later."""
        if any(mark.name == "skipif" and mark.args[0] for mark in NEEDS_LOOP):
            pytest.skip("needs loop mounts")
        with loop_mount(tmp_path, mib=8) as mount:
            settings = with_database(mount / "a.db")
            settings["thresholds"] = {
                **settings["thresholds"],
                "inodes_warn": 99,
                "inodes_crit": 100,
            }
            filler = mount / "filler"
            with daemon(tmp_path, settings) as cortexd:
                with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                    while file.write(b"x" * 4096):
                        pass
                alerts = eventually(
                    lambda: cortexd.call("alerts", type="daemon_status")["alerts"], "it says so",
                    timeout=90,
                )  # fmt: skip
                assert "full" in alerts[0]["message"]
                full = eventually(
                    lambda: cortexd.call("alerts", type="disk_usage")["alerts"], "the disk is full",
                    timeout=90,
                )  # fmt: skip
                assert [alert["metadata"]["mount"] for alert in full] == [str(mount)]
                filler.unlink()
                eventually(lambda: rows(mount / "a.db") >= 2, "written later", timeout=60)
                cortexd.call("ping")


def test_ten_thousand_alerts(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    stock(database, 10_000)
    settings = {"monitoring": {"interval_sec": 1}, "alerts": {"db_path": str(database)}}
    with daemon(tmp_path, settings) as cortexd:
        page = cortexd.call("alerts", limit=1000, offset=5000)
        assert (page["count"], page["total"]) == (1000, 10_000)
        assert cortexd.call("health")["active_alerts"] >= 10_000
        begun = time.monotonic()
        assert cortexd.call("alerts.dismiss", all=True)["dismissed_count"] >= 10_000
        assert time.monotonic() - begun < 30
        assert cortexd.call("alerts", status="active")["count"] == 0
        assert cortexd.rss_mib < 45


def rows(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            count: int = db.execute("SELECT count(*) FROM alerts").fetchone()[0]
        except sqlite3.Error:
            return 0
    return count


class Fixed:
    """A source that has one reading."""

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def explain_absence(self) -> str | None:
        return None

    def read(self) -> Any:
        return self.value


def test_a_reading_that_no_rule_understands_costs_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def go() -> dict[str, str]:
        monitor = Monitor(Config(), Store(tmp_path / "a.db"))
        failed = [UnitState("a.service", "failed", "failed", "exit-code", 0, 1)]
        sources = [Fixed("cpu", "nonsense"), Fixed("units", failed)]
        monitor.collector = Collector(sources, monitor.wake)
        await monitor.run_turn()
        await monitor.collector.close()
        raised = monitor.book.severities("units")
        monitor.book.close()
        return dict(raised)

    assert asyncio.run(go()) == {"unit_failed:a.service": "error"}
    assert "internal error while judging cpu" in caplog.text
