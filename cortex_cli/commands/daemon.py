"""``cortex daemon …``: thin commands for the daemon's own commands and for its service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.options import WORDS, json_option
from cortexd.api.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.settings import Settings

# None of these waits for a model: the daemon answers at once, or it hangs.
TIMEOUT_S = 10.0
# The scripts parse their own options.
PASS_THROUGH = {"ignore_unknown_options": True, "help_option_names": []}


@click.group()
def daemon() -> None:
    """Talk to cortexd."""


@daemon.command()
@json_option
@click.pass_obj
def ping(settings: Settings) -> None:
    """Check that cortexd answers."""
    started = time.perf_counter()
    reply = _call(settings, "ping")
    ms = (time.perf_counter() - started) * 1000
    value = {**reply, "ms": round(ms, 3)}
    output.emit(value, lambda: output.data(f"pong in {ms:.2f} ms"), as_json=settings.json)


@daemon.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show version, uptime, health and model."""
    from cortex_cli.commands.services import summarise

    reply = _call(settings, "status")
    output.emit(reply, lambda: output.data_pairs(summarise(reply)), as_json=settings.json)


@daemon.command()
@click.option("--watch", is_flag=True, help="Refresh until Ctrl-C, with the last hour.")
@click.option(
    "--interval", type=click.FloatRange(0.5), default=2.0, help="Seconds between refreshes."
)
@click.option("--rounds", type=click.IntRange(1), hidden=True)
@json_option
@click.pass_obj
def health(settings: Settings, watch: bool, interval: float, rounds: int | None) -> None:
    """Show this machine's current health."""
    if watch:
        from cortex_cli.status import live

        live.watch(settings, interval, rounds)
        return
    reply = _call(settings, "health")
    output.emit(reply, lambda: output.data_pairs(list(_flatten(reply))), as_json=settings.json)


@daemon.command()
@click.option("--severity", type=WORDS, metavar="SEVERITY", help="Only alerts of this severity.")
@click.option(
    "--type", "type_", type=WORDS, metavar="TYPE", help="Only alerts of this type, e.g. disk_usage."
)
@click.option("--acknowledge-all", is_flag=True, help="Acknowledge every active alert.")
@click.option("--dismiss", "dismissed", metavar="ID", help="Dismiss this alert.")
@json_option
@click.pass_obj
def alerts(
    settings: Settings,
    severity: str | None,
    type_: str | None,
    acknowledge_all: bool,
    dismissed: str | None,
) -> None:
    """List alerts, acknowledge all or dismiss one; see also "cortex alerts"."""
    from cortex_cli.commands.alerts import print_alerts, update_alerts

    if acknowledge_all:
        update_alerts(settings, "alerts.acknowledge", "acknowledged", None, True)
    elif dismissed is not None:
        update_alerts(settings, "alerts.dismiss", "dismissed", dismissed, False)
    else:
        print_alerts(settings, severity, type_, None)


@daemon.command()
@json_option
@click.pass_obj
def version(settings: Settings) -> None:
    """Show the daemon's version."""
    reply = _call(settings, "version")
    text = f"{reply['name']} {reply['version']} (protocol {reply['protocol']})"
    output.emit(reply, lambda: output.data(text), as_json=settings.json)


@daemon.command()
@json_option
@click.pass_obj
def config(settings: Settings) -> None:
    """Show the running configuration, secrets masked."""
    reply = _call(settings, "config.get")

    def print_text() -> None:
        output.data_pairs(list(_flatten(reply["config"])))
        files = ", ".join(reply["files"]) or "no file, built-in defaults"
        output.talk(f"read from: {files}")

    output.emit(reply, print_text, as_json=settings.json)


@daemon.command("reload-config")
@json_option
@click.pass_obj
def reload_config(settings: Settings) -> None:
    """Reload the configuration files; an invalid file changes nothing."""
    reply = _call(settings, "config.reload")

    def print_text() -> None:
        output.data(f"reloaded; changed: {', '.join(reply['changed']) or 'nothing'}")
        if reply["restart_required"]:
            output.talk(f"takes effect after a restart: {', '.join(reply['restart_required'])}")

    output.emit(reply, print_text, as_json=settings.json)


@daemon.command()
@json_option
@click.pass_obj
def shutdown(settings: Settings) -> None:
    """Stop cortexd after it has finished running requests."""
    reply = _call(settings, "shutdown")
    text = f"shutdown {reply['shutdown']}"
    output.emit(reply, lambda: output.data(text), as_json=settings.json)


@daemon.command("install", context_settings=PASS_THROUGH)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def install_service(options: tuple[str, ...]) -> None:
    """Install Cortex as a system service, or upgrade it: scripts/install.sh."""
    from cortex_cli.services import system as system_services

    system_services.run_script("install.sh", options)


@daemon.command("uninstall", context_settings=PASS_THROUGH)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def uninstall_service(options: tuple[str, ...]) -> None:
    """Remove the system service: scripts/uninstall.sh."""
    from cortex_cli.services import system as system_services

    system_services.run_script("uninstall.sh", options)


@daemon.command()
def start() -> None:
    """Start the system's cortexd and its socket."""
    _systemctl("start")


@daemon.command()
def stop() -> None:
    """Stop the system's cortexd and its socket."""
    _systemctl("stop")


@daemon.command()
def restart() -> None:
    """Restart the system's cortexd; requests made meanwhile are answered."""
    from cortex_cli.services import system as system_services

    system_services.systemctl("restart", system_services.DAEMON_UNIT)
    output.talk("cortexd restarted")


@daemon.command()
@click.option("-f", "--follow", is_flag=True, help="Keep showing new entries.")
@click.option("-n", "--lines", default=50, show_default=True, help="Number of lines.")
@click.option("--request", metavar="ID", help="Only this request, in both services.")
@click.pass_obj
def logs(settings: Settings, follow: bool, lines: int, request: str | None) -> None:
    """Show the logs of cortexd and of the model server: the journal, or those of "cortex up"."""
    from cortex_cli.services import system as system_services
    from cortex_cli.services import user as user_services

    if own := user_services.find_logs(settings):
        user_services.show_logs(own, follow=follow, lines=lines, request=request)
        return
    system_services.show_logs(follow=follow, lines=lines, request=request)


def _systemctl(verb: str) -> None:
    from cortex_cli.services import system as system_services

    system_services.systemctl(verb, *system_services.DAEMON_UNITS)
    output.talk(f"cortexd {'started' if verb == 'start' else 'stopped'}")


def _call(settings: Settings, command: str) -> dict[str, Any]:
    with Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
        return client.call(command)


def _flatten(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested values as pairs of ``section.name`` and value."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield from _flatten_list(f"{prefix}{name}", value)
        else:
            yield f"{prefix}{name}", _format_value(value)


def _flatten_list(name: str, values: list[Any]) -> Iterator[tuple[str, str]]:
    if not values:
        yield name, "none"
    for number, value in enumerate(values):
        if isinstance(value, dict):
            yield from _flatten(value, f"{name}[{value.get('mount', number)}].")
        else:
            yield f"{name}[{number}]", _format_value(value)


def _format_value(value: object) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
