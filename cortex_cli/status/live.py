"""``cortex daemon health --watch``: live health values with their last hour."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from cortex_cli import output
from cortex_cli.status import alerts_view
from cortexd.api.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.settings import Settings

TIMEOUT_S = 10.0
MINUTES = 60
# One block for every two minutes of the last hour.
CELLS = 30
MAX_DISKS = 8
MAX_ALERTS = 5

Row = tuple[str, str, str]  # name, value, sparkline


def watch(settings: Settings, interval_s: float, rounds: int | None = None) -> None:
    """Redraw until interrupted; without a terminal, print one block of text per round."""
    with Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
        if not output.uses_colour(sys.stdout):
            _repeat(lambda: output.data("\n".join(build_screen(client))), interval_s, rounds)
            return
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        with Live(console=Console(), auto_refresh=False, screen=True) as live:

            def draw() -> None:
                text = "\n".join(output.escape(line) for line in build_screen(client))
                live.update(Text(text), refresh=True)

            _repeat(draw, interval_s, rounds)


def build_screen(client: Client) -> list[str]:
    """Return the lines of one round."""
    health = client.call("health")
    history = client.call("health.history", minutes=MINUTES)["series"]
    alerts = client.call("alerts", status="active", limit=MAX_ALERTS)
    table = build_rows(health, history)
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    lines = [time.strftime("%H:%M:%S", time.localtime(health["timestamp"]))]
    lines += [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]}" for row in table]
    lines.append(f"active alerts: {alerts['total_active']}")
    lines += ["".join(text for text, _ in alerts_view.format_line(a)) for a in alerts["alerts"]]
    return lines


def build_rows(health: dict[str, Any], history: dict[str, list[list[float]]]) -> list[Row]:
    """Return name, current value and last hour of each health value."""
    pressure = health["pressure"]
    signs = [
        ("cpu", health["cpu_usage_percent"], "cpu"),
        ("memory", health["memory_usage_percent"], "memory"),
        ("swap", health["swap_usage_percent"], "swap"),
        *((f"waiting for {name}", pressure[name], f"pressure_{name}") for name in pressure),
        *(
            (disk["mount"], disk["used_percent"], f"disk {disk['mount']}")
            for disk in health["disks"][:MAX_DISKS]
        ),
    ]
    return [
        (name, "-" if now is None else f"{now:.0f} %", draw_history(history.get(series, [])))
        for name, now, series in signs
    ]


def draw_history(samples: list[list[float]]) -> str:
    """Draw the last hour's samples as a row of blocks, the newest at the right."""
    cells = [value for _, value in samples][-MINUTES:]
    size = MINUTES // CELLS
    grouped = [cells[at : at + size] for at in range(0, len(cells), size)]
    return alerts_view.draw_sparkline([sum(group) / len(group) for group in grouped])


def _repeat(draw: Callable[[], object], interval_s: float, rounds: int | None) -> None:
    done = 0
    while True:
        draw()
        done += 1
        if done == rounds:
            return
        time.sleep(interval_s)
