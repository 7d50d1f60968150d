"""``cortex alerts``: list, show, acknowledge, dismiss and watch the daemon's alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.errors import NothingFound, UsageError
from cortex_cli.options import WORDS, json_option
from cortex_cli.status import alerts_view
from cortexd.api.client import Client, Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortex_cli.settings import Settings

TIMEOUT_S = 30.0
PAGE_SIZE = 1000

SEVERITIES = ("info", "warning", "error", "critical")
STATUSES = ("active", "acknowledged", "resolved", "dismissed")
# The default list; --status shows the others.
OPEN_STATUSES = ("active", "acknowledged")

severity_option = click.option(
    "--severity", type=click.Choice(SEVERITIES), help="Only alerts of this severity."
)
type_option = click.option(
    "--type", "type_", type=WORDS, metavar="TYPE", help="Only alerts of this type, e.g. disk_usage."
)


@click.group(invoke_without_command=True)
@severity_option
@type_option
@click.option(
    "--status",
    type=click.Choice([*STATUSES, "all"]),
    help="Only alerts with this status.  [default: the open ones]",
)
@json_option
@click.pass_context
def alerts(ctx: click.Context, severity: str | None, type_: str | None, status: str | None) -> None:
    """List alerts; show, acknowledge, dismiss or watch them."""
    if ctx.invoked_subcommand is None:
        print_alerts(ctx.obj, severity, type_, status)


@alerts.command()
@click.argument("alert_id", metavar="ID", type=WORDS)
@json_option
@click.pass_obj
def show(settings: Settings, alert_id: str) -> None:
    """Show one alert with its evidence, the remedy, and the model's analysis."""
    with _connect(settings) as client:
        alert = _find_alert(client, alert_id)
    output.emit(alert, lambda: _print_lines(alerts_view.format_alert(alert)), as_json=settings.json)


@alerts.command()
@click.argument("alert_id", metavar="ID", type=WORDS, required=False)
@click.option("--all", "all_", is_flag=True, help="Every active alert.")
@json_option
@click.pass_obj
def ack(settings: Settings, alert_id: str | None, all_: bool) -> None:
    """Acknowledge an alert: mark it as seen."""
    update_alerts(settings, "alerts.acknowledge", "acknowledged", alert_id, all_)


@alerts.command()
@click.argument("alert_id", metavar="ID", type=WORDS, required=False)
@click.option("--all", "all_", is_flag=True, help="Every open alert.")
@json_option
@click.pass_obj
def dismiss(settings: Settings, alert_id: str | None, all_: bool) -> None:
    """Dismiss an alert: hide it."""
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
                output.talk("the daemon has closed the connection")
            elif settings.json:
                output.data_json({"event": message.name, **message.data})
            elif message.name == "alerts.watching":
                output.talk(f"watching; active alerts: {message.data['total_active']}")
            elif message.name == "alerts.missed":
                output.talk(f"events missed: {message.data['count']}")
            else:
                verb = message.name.removeprefix("alert.")
                output.data_row([(f"{verb:<8}  ", None), *alerts_view.format_line(message.data)])


def print_alerts(
    settings: Settings, severity: str | None, type_: str | None, status: str | None
) -> None:
    """Print the matching alerts, newest first."""
    filters = {"severity": severity, "type": type_}
    params: dict[str, Any] = {name: value for name, value in filters.items() if value}
    with _connect(settings) as client:
        if status is None:
            pages = [
                client.call("alerts", status=name, limit=PAGE_SIZE, **params)
                for name in OPEN_STATUSES
            ]
        else:
            if status != "all":
                params["status"] = status
            pages = [client.call("alerts", limit=PAGE_SIZE, **params)]
    listed = sorted((a for page in pages for a in page["alerts"]), key=lambda a: -a["first_seen"])
    total = sum(page["total"] for page in pages)
    active = pages[0]["total_active"]
    value = {"alerts": listed, "count": len(listed), "total": total, "total_active": active}
    output.emit(value, lambda: _print_list(listed, total), as_json=settings.json)


def _print_list(alerts: list[dict[str, Any]], total: int) -> None:
    for alert in alerts:
        output.data_row(alerts_view.format_line(alert))
    if not alerts:
        output.talk("no alerts")
    elif total > len(alerts):
        output.talk(f"showing {len(alerts)} of {total}")


def _print_lines(lines: Iterable[alerts_view.Line]) -> None:
    for line in lines:
        output.data_styled(line)


def update_alerts(
    settings: Settings, command: str, word: str, alert_id: str | None, all_: bool
) -> None:
    """Acknowledge or dismiss one alert, or all."""
    if (alert_id is None) != all_:
        raise UsageError("give the ID of one alert, or --all")
    with _connect(settings) as client:
        if alert_id is None:
            reply = client.call(command, all=True)
        else:
            reply = client.call(command, id=_find_alert(client, alert_id)["id"])
    count = reply.get(f"{word}_count", 1)
    note = "" if count or alert_id is None else ": it was so already, or is resolved"
    output.emit(reply, lambda: output.talk(f"{count} {word}{note}"), as_json=settings.json)


def _connect(settings: Settings) -> Client:
    return Client(settings.socket_path(), timeout_s=TIMEOUT_S)


def _find_alert(client: Client, prefix: str) -> dict[str, Any]:
    """Return the alert whose id starts with ``prefix``.

    Raises:
        NothingFound: there is none.
        UsageError: there are several.
    """
    offset, matches = 0, []
    while True:
        page = client.call("alerts", limit=PAGE_SIZE, offset=offset)
        matches += [alert for alert in page["alerts"] if alert["id"].startswith(prefix)]
        offset += page["count"]
        if not page["count"] or offset >= page["total"]:
            break
    if not matches:
        raise NothingFound(f"no alert has the ID {prefix!r}", hint="list them with: cortex alerts")
    if len(matches) > 1:
        raise UsageError(
            f"{len(matches)} alerts have an ID that starts with {prefix!r}; give more of it"
        )
    alert: dict[str, Any] = matches[0]
    return alert
