"""``cortex alerts``: what the daemon has noticed, and what a person makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.errors import NothingFound, UsageError
from cortex_cli.options import json_option
from cortex_cli.status import alerts_view
from cortexd.api.client import Client, Event

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

TIMEOUT_S = 30.0
PAGE_SIZE = 1000

SEVERITIES = ("info", "warning", "error", "critical")
STATUSES = ("active", "acknowledged", "resolved", "dismissed")
# The open ones are what a person looks for; --status shows others.
OPEN_STATUSES = ("active", "acknowledged")

severity_option = click.option("--severity", type=click.Choice(SEVERITIES), help="Only these.")
type_option = click.option("--type", "type_", metavar="TYPE", help="Only these, e.g. disk_usage.")


@click.group(invoke_without_command=True)
@severity_option
@type_option
@click.option("--status", type=click.Choice([*STATUSES, "all"]), help="Instead of the open ones.")
@json_option
@click.pass_context
def alerts(ctx: click.Context, severity: str | None, type_: str | None, status: str | None) -> None:
    """List alerts; show, acknowledge, dismiss or watch them."""
    if ctx.invoked_subcommand is None:
        print_alerts(ctx.obj, severity, type_, status)


@alerts.command()
@click.argument("alert_id", metavar="ID")
@json_option
@click.pass_obj
def show(settings: Settings, alert_id: str) -> None:
    """Show one alert with its evidence, what to do, and the model's analysis."""
    with _connect(settings) as client:
        alert = _find_alert(client, alert_id)
    if settings.json:
        output.data_json(alert)
        return
    for line in alerts_view.format_alert(alert):
        output.data_styled(line)


@alerts.command()
@click.argument("alert_id", metavar="ID", required=False)
@click.option("--all", "all_", is_flag=True, help="Every active alert.")
@json_option
@click.pass_obj
def ack(settings: Settings, alert_id: str | None, all_: bool) -> None:
    """Acknowledge an alert: you have seen it."""
    update_alerts(settings, "alerts.acknowledge", "acknowledged", alert_id, all_)


@alerts.command()
@click.argument("alert_id", metavar="ID", required=False)
@click.option("--all", "all_", is_flag=True, help="Every open alert.")
@json_option
@click.pass_obj
def dismiss(settings: Settings, alert_id: str | None, all_: bool) -> None:
    """Dismiss an alert: you want to hear no more of it."""
    update_alerts(settings, "alerts.dismiss", "dismissed", alert_id, all_)


@alerts.command()
@severity_option
@json_option
@click.pass_obj
def watch(settings: Settings, severity: str | None) -> None:
    """Show alerts as they are raised, updated and resolved, until Ctrl-C."""
    params = {"severity": severity} if severity else {}
    with Client(settings.socket_path()) as client:
        for message in client.stream("alerts.watch", **params):
            if not isinstance(message, Event):
                output.talk("the daemon has ended the watch")
            elif settings.json:
                output.data_json({"event": message.name, **message.data})
            elif message.name == "alerts.watching":
                output.talk(f"{message.data['total_active']} alerts are active; watching")
            elif message.name == "alerts.missed":
                output.talk(f"{message.data['count']} events were missed")
            else:
                verb = message.name.removeprefix("alert.")
                output.data_styled([(f"{verb:<8}  ", None), *alerts_view.format_line(message.data)])


def print_alerts(
    settings: Settings, severity: str | None, type_: str | None, status: str | None
) -> None:
    """Print the alerts that match, the newest first."""
    given = {"severity": severity, "type": type_}
    params: dict[str, Any] = {name: value for name, value in given.items() if value}
    with _connect(settings) as client:
        if status is None:
            pages = [
                client.call("alerts", status=each, limit=PAGE_SIZE, **params)
                for each in OPEN_STATUSES
            ]
        else:
            wanted = {} if status == "all" else {"status": status}
            pages = [client.call("alerts", limit=PAGE_SIZE, **wanted, **params)]
    found = sorted((a for page in pages for a in page["alerts"]), key=lambda a: -a["first_seen"])
    total = sum(page["total"] for page in pages)
    if settings.json:
        active = pages[0]["total_active"]
        found_all = {"alerts": found, "count": len(found), "total": total, "total_active": active}
        output.data_json(found_all)
        return
    for alert in found:
        output.data_styled(alerts_view.format_line(alert))
    if not found:
        output.talk("no alerts")
    elif total > len(found):
        output.talk(f"{len(found)} of {total} are shown")


def update_alerts(
    settings: Settings, command: str, word: str, alert_id: str | None, all_: bool
) -> None:
    """Acknowledge or dismiss one alert, or all."""
    if (alert_id is None) != all_:
        raise UsageError("name one alert by its ID, or give --all")
    with _connect(settings) as client:
        if alert_id is None:
            done = client.call(command, all=True)
        else:
            done = client.call(command, id=_find_alert(client, alert_id)["id"])
    if settings.json:
        output.data_json(done)
    else:
        output.talk(f"{done.get(f'{word}_count', 1)} {word}")


def _connect(settings: Settings) -> Client:
    return Client(settings.socket_path(), timeout_s=TIMEOUT_S)


def _find_alert(client: Client, beginning: str) -> dict[str, Any]:
    """The alert whose id begins so.

    Raises:
        NothingFound: none does.
        UsageFault: several do.
    """
    offset, found = 0, []
    while True:
        page = client.call("alerts", limit=PAGE_SIZE, offset=offset)
        found += [alert for alert in page["alerts"] if alert["id"].startswith(beginning)]
        offset += page["count"]
        if not page["count"] or offset >= page["total"]:
            break
    if not found:
        raise NothingFound(f"there is no alert {beginning!r}", hint="see: cortex alerts")
    if len(found) > 1:
        raise UsageError(f"{len(found)} alerts begin with {beginning!r}; give more of the id")
    alert: dict[str, Any] = found[0]
    return alert
