"""The daemon's data as text, in the layout of the original project's client.  No I/O.

The command ``cortex`` shows the same in its own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABEL_WIDTH = 20


class DaemonViews:
    """What ``CortexDaemonClient`` can format."""

    def format_health_snapshot(self, health: Mapping[str, Any]) -> str:
        """Format the data of ``health``."""
        number = {name: value for name, value in health.items() if isinstance(value, int | float)}
        memory = f"{number.get('memory_used_mb', 0):.0f} MB"
        disk = f"{number.get('disk_used_gb', 0):.1f} GB"
        return _align(
            {
                "CPU Usage": f"{number.get('cpu_usage_percent', 0):.1f}%",
                "Memory Usage": f"{number.get('memory_usage_percent', 0):.1f}% ({memory})",
                "Disk Usage": f"{number.get('disk_usage_percent', 0):.1f}% ({disk})",
                "Active Processes": number.get("active_processes", 0),
                "Open Files": number.get("open_files", 0),
                "Pending Updates": number.get("pending_updates", "unknown"),
                "Security Updates": number.get("security_updates", "unknown"),
                "LLM Loaded": "Yes" if health.get("llm_loaded") else "No",
                "Inference Queue": number.get("inference_queue_size", 0),
                "Active Alerts": number.get("active_alerts", 0),
                "Critical Alerts": number.get("critical_alerts", 0),
            }
        )

    def format_status(self, status: Mapping[str, Any]) -> str:
        """Format the data of ``status``."""
        minutes, seconds = divmod(int(status.get("uptime_seconds", 0)), 60)
        hours, minutes = divmod(minutes, 60)
        llm = status.get("llm", {})
        head = {
            "Version": status.get("version", "unknown"),
            "Running": "Yes" if status.get("running") else "No",
            "Uptime": f"{hours}h {minutes}m {seconds}s",
            "LLM Backend": llm.get("backend", "none"),
            "LLM Model": llm.get("model") or "Not loaded",
        }
        return f"{_align(head)}\n\n{self.format_health_snapshot(status.get('health', {}))}"

    def format_alerts(self, alerts: Sequence[Mapping[str, Any]]) -> str:
        """Format the alerts of ``get_alerts``."""
        if not alerts:
            return "No alerts"
        lines = [
            f"  [{alert['severity'].upper()}] {alert['title']} ({alert['id'][:8]}...)"
            for alert in alerts
        ]
        return "\n".join([f"Alerts ({len(alerts)}):", *lines])


def _align(values: Mapping[str, object]) -> str:
    return "\n".join(f"  {name + ':':{LABEL_WIDTH}}{value}" for name, value in values.items())
