"""``cortex llm …``: the model service as the daemon sees it, and the models on this machine."""

from __future__ import annotations

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
        ("profile", str(reply.get("profile") or (prompts.CHAT if reply.get("model") else "-"))),
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
@json_option
@click.pass_obj
def models(settings: Settings) -> None:
    """List the model files on this machine."""
    command = [sys.executable, "-P", "-m", "cortex_llm", "models", "list"]
    done = subprocess.run(command + ["--json"] * settings.json, check=False)
    if done.returncode:
        raise AlreadyReported(done.returncode)
