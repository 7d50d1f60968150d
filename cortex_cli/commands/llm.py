"""``cortex llm …``: the model service as the daemon sees it, and the models on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click

from cortex_cli import output
from cortex_cli.errors import AlreadyReported
from cortex_cli.model import prompts
from cortex_cli.options import json_option
from cortexd.api.client import Client

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

TIMEOUT_S = 10.0
LOAD_TIMEOUT_S = 20.0  # above what cortexd allows systemd to respond


@click.group()
def llm() -> None:
    """Show and control the model service."""


@llm.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show the model's state, its queue and its speed."""
    with Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
        reply = client.call("llm.status")
    output.emit(reply, lambda: output.data_pairs(_summarise(reply)), as_json=settings.json)


def _summarise(reply: dict[str, Any]) -> list[tuple[str, str]]:
    queue = reply["queue"]
    speed = reply.get("tokens_per_second")
    lines = [
        ("state", str(reply["state"])),
        ("model", str(reply.get("model") or "-")),
        ("profile", str(reply.get("profile") or "-")),
        ("good for", prompts.describe_purpose(reply.get("profile")) if reply.get("model") else "-"),
        ("url", str(reply.get("url") or "-")),
        ("context", f"{reply['context_length']} tokens" if reply.get("context_length") else "-"),
        ("slots", str(reply.get("slots") or "-")),
        ("queue", f"{queue['running']} running, {queue['waiting']} waiting of {queue['limit']}"),
        ("speed", f"{speed:.1f} tokens per second" if speed else "-"),
    ]
    if reply.get("last_error"):
        lines.append(("last error", str(reply["last_error"])))
    return lines


@llm.command()
@json_option
@click.pass_obj
def load(settings: Settings) -> None:
    """Load the model now; for administrators of cortexd."""
    _request(settings, "llm.load")


@llm.command()
@json_option
@click.pass_obj
def unload(settings: Settings) -> None:
    """Unload the model now; the next request loads it again."""
    _request(settings, "llm.unload")


def _request(settings: Settings, command: str) -> None:
    with Client(settings.socket_path(), timeout_s=LOAD_TIMEOUT_S) as client:
        reply = client.call(command)
    text = f"the model is {reply['state']}"
    output.emit(reply, lambda: output.data(text), as_json=settings.json)


@llm.command()
@click.argument("model", metavar="NAME|FILE")
@click.option("--force", is_flag=True, help="Switch although it is a base model.")
@json_option
@click.pass_obj
def use(settings: Settings, model: str, force: bool) -> None:
    """Serve another model; "builtin" is the built-in one.

    It is tested first, and the old one stays if it does not run.  After "cortex down" the
    configured model is served again.
    """
    from cortex_cli.services import model_switch

    tested = model_switch.switch(settings, model, force=force)
    value = {"path": str(tested.path), "name": tested.name, "profile": tested.profile}
    text = f"{tested.name} is served; profile {tested.profile}, good for: {tested.good_for}"
    output.emit(value, lambda: output.data(text), as_json=settings.json)


@llm.command()
@click.argument("name", metavar="NAME|URL")
@click.option("--sha256", metavar="HEX", help="The expected checksum.")
@click.option("--dir", "folder", metavar="DIR", help="Where models are kept.")
@click.option("--force", is_flag=True, help="Download it although it does not fit this machine.")
@json_option
@click.pass_obj
def pull(
    settings: Settings, name: str, sha256: str | None, folder: str | None, force: bool
) -> None:
    """Download a recommended model; an interrupted download is resumed."""
    argv = [sys.executable, "-P", "-m", "cortex_llm", "models", "pull"]
    argv += ["--sha256", sha256] if sha256 is not None else []
    argv += ["--dir", folder] if folder is not None else []
    argv += ["--force"] * force + ["--json"] * settings.json
    sys.stdout.flush()
    os.execve(sys.executable, [*argv, "--", name], dict(settings.environ))  # noqa: S606 - no shell


@llm.command("list")
@json_option
@click.pass_obj
def list_models(settings: Settings) -> None:
    """List the models on this machine, which is served, and those that can be downloaded."""
    from cortex_cli.status import models_view

    overview = models_view.read(settings)
    output.emit(overview, lambda: models_view.print_table(overview), as_json=settings.json)


@llm.command()
@json_option
@click.pass_obj
def models(settings: Settings) -> None:
    """List the model files on this machine."""
    command = [sys.executable, "-P", "-m", "cortex_llm", "models", "list"]
    done = subprocess.run(command + ["--json"] * settings.json, check=False)
    if done.returncode:
        raise AlreadyReported(done.returncode)
