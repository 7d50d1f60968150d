"""``cortex up``, ``down`` and ``status``: both services as the current user, without root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.options import json_option
from cortex_cli.status import alerts_view
from cortexd.api.client import Client
from cortexd.api.errors import DaemonUnreachable

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

# The newest; "cortex alerts" has them all.
MAX_ALERTS = 8
# Exit status of "cortex status" while an alert is an error or critical.
SEVERE = 2


@click.command()
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="GGUF file to serve.  [default: CORTEX_LLM_MODEL_PATH, /etc/cortex/llm.env, built-in]",
)
@json_option
@click.pass_obj
def up(settings: Settings, model: Path | None) -> None:
    """Start cortexd and the model server as yourself.

    Waits until the model has answered with one token.  Does nothing where both run already.
    """
    from cortex_cli.services import user as user_services

    found = user_services.up(settings, model)
    if settings.json:
        values = {"socket": str(found.socket), "started": found.started, "model": found.model}
        output.data_json({**values, "state": found.state})
        return
    what = " and ".join(found.started) + " started" if found.started else "already up"
    output.talk(f"{what}; {found.model} is ready at {found.socket}")


@click.command()
@json_option
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop what "cortex up" started, and nothing else."""
    from cortex_cli.services import user as user_services

    stopped = user_services.down(settings)
    if settings.json:
        output.data_json({"stopped": stopped})
        return
    output.talk(f"{' and '.join(stopped)} stopped" if stopped else "nothing was running")


@click.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show daemon, model, machine and active alerts on one screen.

    Exit status 0: all is well; 1: a warning, or daemon or model is not ready; 2: an error
    or something critical.
    """
    path = settings.socket_path()
    try:
        with Client(path) as client:
            found = client.call("status")
            alerts = client.call("alerts", status="active", limit=MAX_ALERTS)["alerts"]
            grave = [
                severity
                for severity in ("critical", "error", "warning")
                if client.call("alerts", status="active", severity=severity, limit=1)["total"]
            ]
    except DaemonUnreachable as error:
        if not settings.json:
            raise
        output.data_json({"running": False, "socket_path": str(path), "error": error.message})
        raise AlreadyReported(FAILED) from error
    if settings.json:
        output.data_json({**found, "alerts": alerts})
    else:
        output.data_pairs(summarise(found))
        for alert in alerts:
            output.data_styled(alerts_view.format_line(alert))
    if grave and grave[0] != "warning":
        raise AlreadyReported(SEVERE)
    if grave or found["llm"]["state"] != "ready":
        raise AlreadyReported(FAILED)


def summarise(found: dict[str, Any]) -> list[tuple[str, str]]:
    """``status`` as lines for a person."""
    health, llm = found["health"], found["llm"]
    model = f"{llm['model']} " if llm.get("model") else ""
    return [
        ("daemon", f"cortexd {found['version']}, pid {found['pid']}, up {_span(found)}"),
        ("socket", found["socket_path"]),
        ("model", f"{model}{llm['state']} ({llm['url']})"),
        ("cpu", f"{health['cpu_usage_percent']:.0f} %, load {health['load_1m']:.2f}"),
        ("memory", f"{health['memory_usage_percent']:.0f} % of {health['memory_total_mb']:.0f} MB"),
        ("disk", f"{health['disk_usage_percent']:.0f} % of {health['disk_total_gb']:.0f} GB"),
        ("alerts", f"{health['active_alerts']}, {health['critical_alerts']} of them critical"),
    ]


def _span(found: dict[str, Any]) -> str:
    minutes, seconds = divmod(int(found["uptime_seconds"]), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    shown = [f"{amount} {unit}" for amount, unit in parts if amount]
    return " ".join(shown[:2]) or "0 s"
