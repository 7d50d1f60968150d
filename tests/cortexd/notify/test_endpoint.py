"""Prometheus scrapes: the endpoint, the text format, and what in etc/ builds on it."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.support.daemon import CHECKOUT, RunningDaemon, daemon, eventually
from tests.support.model_server import free_port

SETTINGS: dict[str, Any] = {
    "monitoring": {"interval_sec": 1, "settle_sec": 0},
    "thresholds": {"disk_warn": 0.0001, "disk_crit": 100},
}


def scrape(address: str, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"{address}{path}", timeout=30) as reply:
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text: str = reply.read().decode()
    return text


def address(cortexd: RunningDaemon) -> str:
    match = eventually(
        lambda: re.search(r"metrics on (http://[\d.:]+)/metrics", cortexd.log_text()), "it listens"
    )
    url: str = match[1]
    return url


def test_what_prometheus_gets(tmp_path: Path) -> None:
    settings = {**SETTINGS, "metrics": {"enabled": True, "port": 0}}
    with daemon(tmp_path, settings) as cortexd:
        eventually(lambda: cortexd.call("alerts")["alerts"], "an alert")
        where = address(cortexd)
        text = scrape(where)
        families = {family.name: family for family in text_string_to_metric_families(text)}
        for family in families.values():
            assert family.documentation, family.name
            assert family.type in ("gauge", "counter"), family.name
        helps = re.findall(r"^# HELP (\S+) ", text, re.MULTILINE)
        types = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
        assert helps == types
        assert len(set(helps)) == len(helps)
        counters = [name for name, kind in re.findall(r"# TYPE (\S+) (\S+)", text)
                    if kind == "counter"]  # fmt: skip
        assert counters
        assert all(name.endswith("_total") for name in counters)
        active = {
            tuple(sample.labels.items()): sample.value
            for sample in families["cortexd_alerts"].samples
        }
        assert active[("severity", "warning"), ("status", "active")] >= 1
        ratios = [s.value for s in families["cortexd_disk_used_ratio"].samples]
        assert all(0 <= ratio <= 1 for ratio in ratios)
        assert families["cortexd_memory_used_bytes"].samples[0].value > 2**20
        assert cortexd.call("metrics")["text"].startswith("# HELP")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            scrape(where, "/other")
        with pytest.raises(urllib.error.HTTPError, match="405"):
            urllib.request.urlopen(f"{where}/metrics", data=b"x", timeout=30)


def test_names_in_etc_exist(tmp_path: Path) -> None:
    units = {"cortexd_units_failed"}  # only where systemd runs
    with daemon(tmp_path, SETTINGS) as cortexd:
        eventually(lambda: cortexd.call("health")["pending_updates"] is not None, "packages", 90)
        exposed = set(re.findall(r"# TYPE (\S+)", cortexd.call("metrics")["text"])) | units
    rules = yaml.safe_load((CHECKOUT / "etc/prometheus-alerts.yaml").read_text())
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((CHECKOUT / "etc/grafana-dashboard.json").read_text())
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(expressions) > 15
    queried = {name for expr in expressions for name in re.findall(r"cortexd_\w+", expr)}
    assert queried <= exposed


def test_off_by_default_and_switched_live(tmp_path: Path) -> None:
    with daemon(tmp_path, SETTINGS) as cortexd:
        port = free_port()
        cortexd.configure({**SETTINGS, "metrics": {"enabled": True, "port": port}})
        cortexd.call("config.reload")
        assert address(cortexd) == f"http://127.0.0.1:{port}"
        scrape(f"http://127.0.0.1:{port}")
        cortexd.configure(SETTINGS)
        cortexd.call("config.reload")

        def is_refused() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                return False
            return True

        eventually(is_refused, "it is closed")


def test_a_port_that_is_taken_raises_an_alert(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = {**SETTINGS, "metrics": {"enabled": True, "port": port}}
        with daemon(tmp_path, settings) as cortexd:
            alerts = eventually(
                lambda: cortexd.call("alerts", type="daemon_status")["alerts"], "an alert"
            )
            assert f"cannot listen on 127.0.0.1:{port}" in alerts[0]["message"]


def test_a_silent_client_is_let_go(tmp_path: Path) -> None:
    settings = {**SETTINGS, "metrics": {"enabled": True, "port": 0}}
    with daemon(tmp_path, settings) as cortexd:
        host, port = address(cortexd).removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as silent:
            silent.sendall(b"GET /metr")
            assert silent.recv(100) == b""
        with socket.create_connection((host, int(port)), 30) as loud:
            with contextlib.suppress(OSError):
                loud.sendall(b"x" * 100_000)
            with contextlib.suppress(ConnectionResetError):
                assert loud.recv(100) == b""
        cortexd.call("ping")
