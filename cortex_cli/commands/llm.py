"""``cortex llm …``: the model service, as the daemon sees it, and the models on this machine."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import AlreadyReported
from cortex_cli.model import prompts
from cortex_cli.options import json_option
from cortexd.api.client import Client

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

TIMEOUT_S = 10.0
LOAD_TIMEOUT_S = 20.0  # above what cortexd gives systemd to take the order


@click.group()
def llm() -> None:
    """Look at the model service."""


@llm.command()
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show the model's state, its queue and its speed."""
    with Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
        found = client.call("llm.status")
    if settings.json:
        output.data_json(found)
        return
    queue = found["queue"]
    speed = found.get("tokens_per_second")
    lines = [
        ("state", str(found["state"])),
        ("model", str(found.get("model") or "-")),
        ("profile", str(found.get("profile") or (prompts.CHAT if found.get("model") else "-"))),
        ("good for", prompts.purpose(found.get("profile")) if found.get("model") else "-"),
        ("url", str(found.get("url") or "-")),
        ("context", f"{found['context_length']} tokens" if found.get("context_length") else "-"),
        ("slots", str(found.get("slots") or "-")),
        ("queue", f"{queue['running']} running, {queue['waiting']} waiting of {queue['limit']}"),
        ("speed", f"{speed:.1f} tokens a second" if speed else "-"),
    ]
    if found.get("last_error"):
        lines.append(("last error", str(found["last_error"])))
    output.data_pairs(lines)


@llm.command()
@json_option
@click.pass_obj
def load(settings: Settings) -> None:
    """Have the model loaded now; for administrators of cortexd."""
    _request(settings, "llm.load")


@llm.command()
@json_option
@click.pass_obj
def unload(settings: Settings) -> None:
    """Have the model unloaded now; the next request loads it again."""
    _request(settings, "llm.unload")


def _request(settings: Settings, command: str) -> None:
    with Client(settings.socket_path(), timeout_s=LOAD_TIMEOUT_S) as client:
        found = client.call(command)
    if settings.json:
        output.data_json(found)
    else:
        output.data(f"the model is {found['state']}")


@llm.command()
@json_option
@click.pass_obj
def models(settings: Settings) -> None:
    """List the model files on this machine."""
    command = [sys.executable, "-P", "-m", "cortex_llm", "models", "list"]
    done = subprocess.run(command + ["--json"] * settings.json, check=False)
    if done.returncode:
        raise AlreadyReported(done.returncode)
