"""ping, version, status, health, metrics over the socket."""

from __future__ import annotations

from typing import get_type_hints

from cortexd.api.messages import HealthReply, StatusReply
from tests.support.daemon import RunningDaemon


def test_status_and_health_have_every_documented_member(cortexd: RunningDaemon) -> None:
    status = cortexd.call("status")
    assert status.keys() == get_type_hints(StatusReply).keys()
    assert status["pid"] == cortexd.process.pid
    assert status["llm"]["state"] == "absent"
    health = cortexd.call("health")
    assert health.keys() == status["health"].keys() == get_type_hints(HealthReply).keys()
    for name, value in health.items():
        if name.endswith("_percent"):
            assert 0 <= value <= 100, name
    assert health["memory_total_mb"] > health["memory_used_mb"] > 0
    assert cortexd.call("health.snapshot").keys() == health.keys()


def test_metrics_count(cortexd: RunningDaemon) -> None:
    cortexd.refused("nope")
    cortexd.call("status")
    text = cortexd.call("metrics")["text"]
    assert 'cortexd_errors_total{code="INVALID_COMMAND"} ' in text
    assert 'cortexd_requests_total{command="status"} ' in text
