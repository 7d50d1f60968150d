"""The daemon's data as text: what is known is shown, what is not does not fail."""

from __future__ import annotations

from cortex.daemon_client import CortexDaemonClient
from cortex.daemon_views import DaemonViews
from tests.support.daemon import RunningDaemon


def test_real_data(cortexd: RunningDaemon) -> None:
    client = CortexDaemonClient(str(cortexd.socket_path))
    status = client.format_status(client.get_status())
    assert "  Running:            Yes" in status
    assert "  LLM Model:          Not loaded" in status
    assert "  CPU Usage:          " in status
    assert status.endswith(client.format_health_snapshot(client.get_health()).splitlines()[-1])


def test_nothing_known() -> None:
    views = DaemonViews()
    assert "Pending Updates:    unknown" in views.format_health_snapshot({"pending_updates": None})
    assert "Version:            unknown" in views.format_status({})
    assert views.format_alerts([]) == "No alerts"


def test_alerts() -> None:
    alert = {"severity": "critical", "title": "/ is 97 % full", "id": "a1b2c3d4-e5f6"}
    assert DaemonViews().format_alerts([alert]) == (
        "Alerts (1):\n  [CRITICAL] / is 97 % full (a1b2c3d4...)"
    )
