"""``cortex up``, ``down`` and ``status``: both services, run by the current user without root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.clock import format_duration
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.model import prompts
from cortex_cli.options import json_option
from cortex_cli.status import alerts_view
from cortexd.api.client import Client
from cortexd.api.errors import DaemonUnreachable

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

# The newest; "cortex alerts" lists them all.
MAX_ALERTS = 8
# Exit status of "cortex status" while an alert is an error or critical.
SEVERE = 2


@click.command()
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    metavar="FILE",
    help="GGUF file to serve.  [default: CORTEX_LLM_MODEL_PATH, /etc/cortex/llm.env, built-in]",
)
@json_option
@click.pass_obj
def up(settings: Settings, model: Path | None) -> None:
    """Start cortexd and the model server as your own processes.

    Waits until the model has generated a token.  Does nothing if both are already running, unless
    --model names another model: then it takes the place of the running one.  A model that is served
    for the first time is tested: at most 20 s, once.
    """
    from cortex_cli.services import user as user_services

    result = user_services.up(settings, model)
    value = {
        "socket": str(result.socket),
        "started": result.started,
        "model": result.model,
        "state": result.state,
        "profile": result.profile,
    }
    what = " and ".join(result.started) + " started" if result.started else "already running"
    text = f"{what}; {result.model} is ready at {result.socket}"

    def print_text() -> None:
        output.talk(text)
        purpose = prompts.describe_purpose(result.profile)
        output.talk(f"profile {result.profile}; good for: {purpose}")

    output.emit(value, print_text, as_json=settings.json)


@click.command()
@json_option
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop what "cortex up" started, and nothing else."""
    from cortex_cli.services import user as user_services

    stopped = user_services.down(settings)
    text = f"{' and '.join(stopped)} stopped" if stopped else "nothing was running"
    output.emit({"stopped": stopped}, lambda: output.talk(text), as_json=settings.json)


@click.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show daemon, model, machine and active alerts on one screen.

    Exit status 0: no problems; 1: a warning, or the daemon or model is not ready; 2: an error
    or critical alert.
    """
    path = settings.socket_path()
    try:
        with Client(path) as client:
            reply = client.call("status")
            alerts = client.call("alerts", status="active", limit=MAX_ALERTS)["alerts"]
            severities = [
                severity
                for severity in ("critical", "error", "warning")
                if client.call("alerts", status="active", severity=severity, limit=1)["total"]
            ]
    except DaemonUnreachable as error:
        if not settings.json:
            raise
        output.data_json({"running": False, "socket_path": str(path), "error": error.message})
        raise AlreadyReported(FAILED) from error

    def print_text() -> None:
        output.data_pairs(summarise(reply))
        for alert in alerts:
            output.data_row(alerts_view.format_line(alert))

    output.emit({**reply, "alerts": alerts}, print_text, as_json=settings.json)
    if severities and severities[0] != "warning":
        raise AlreadyReported(SEVERE)
    if severities or reply["llm"]["state"] != "ready":
        raise AlreadyReported(FAILED)


def summarise(reply: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the reply to ``status`` as lines for a person."""
    health, llm = reply["health"], reply["llm"]
    uptime = format_duration(reply["uptime_seconds"])
    model = f"{llm['model']} " if llm.get("model") else ""
    return [
        ("daemon", f"cortexd {reply['version']}, pid {reply['pid']}, up {uptime}"),
        ("socket", reply["socket_path"]),
        ("model", f"{model}{llm['state']} ({llm['url']})"),
        ("cpu", f"{health['cpu_usage_percent']:.0f} %, load {health['load_1m']:.2f}"),
        (
            "memory",
            f"{health['memory_usage_percent']:.0f} % of {health['memory_total_mb']:.0f} MiB",
        ),
        ("disk", _describe_disk(health)),
        ("alerts", f"{health['active_alerts']}, {health['critical_alerts']} of them critical"),
    ]


def _describe_disk(health: dict[str, Any]) -> str:
    """The root file system; the share counts, as ``df`` does, only what users can write."""
    used = f"{health['disk_usage_percent']:.0f} %"
    root: dict[str, Any] = next(iter(health["disks"]), {})
    if "available_gb" in root:
        return f"{used} used, {root['available_gb']:.0f} GiB free"
    return f"{used} of {health['disk_total_gb']:.0f} GiB"
