"""What the wizard's answers lead to: a plan that lists its steps and carries them out.

    Local    a model of this machine: as the system's service for root, else for this user
    Remote   an OpenAI-compatible server: for the commands of this user
    Nothing  no model

The steps that are shown are those that are taken.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cortex_llm import envedit, service, unit
from cortex_llm.download_view import PlannedDownload
from cortex_llm.errors import LlmError
from cortex_llm.output import say

USER_ENV = Path("~/.cortex/.env")
PROVIDER = "openai"


class Plan(Protocol):
    """What will be done."""

    def steps(self) -> list[str]:
        """Each step in words."""

    def carry_out(self) -> None:
        """Carry it out; on failure everything is left as it was."""


def as_service() -> bool:
    """Whether the model becomes the system's service: root, systemd, and our units."""
    return (
        os.geteuid() == 0
        and Path("/run/systemd/system").is_dir()
        and unit.show_property(unit.SERVICE, "LoadState") == "loaded"
    )


@dataclass(frozen=True)
class Local:
    """A model run here; `model` None is the built-in one."""

    model: Path | None
    threads: int
    context: int
    download: PlannedDownload | None = None

    def steps(self) -> list[str]:
        """Each step in words."""
        name = self.model or "the built-in model"
        first = [str(self.download)] if self.download else []
        if as_service():
            return [
                *first,
                f"check {name} and generate one token",
                "write /etc/cortex/llm.env (backup: llm.env.old)",
                "set up cortex-llm.service; the first request loads the model",
            ]
        lines = [*first, f"write ~/.cortex/.env: commands use your own daemon ({name})"]
        if self.model is not None:
            lines.append(f"start it with: cortex up --model {self.model}")
        return lines

    def carry_out(self) -> None:
        """Do it; a model that was downloaded stays when the rest fails: it is whole."""
        with self.download.carry_out() if self.download else contextlib.nullcontext():
            self._set_up()

    def _set_up(self) -> None:
        if not as_service():
            set_user_values({"CORTEX_PROVIDER": "daemon"})
            start = f"cortex up --model {self.model}" if self.model else "cortex up"
            say(f"start it with: {start}")
            return
        arguments = argparse.Namespace(
            model=str(self.model or service.BUILT_IN),
            threads=self.threads,
            ctx_size=self.context,
            engine=None,
            parallel=None,
            idle_timeout=None,
            kv_cache_type=None,
            always_on=None,
            copy=self.model is not None and str(self.model).startswith(("/home/", "/root/")),
            dry_run=False,
        )
        service.set_up_command(arguments)


@dataclass(frozen=True)
class Remote:
    """A server elsewhere; the daemon, which may speak to this machine only, is passed by."""

    url: str
    model: str

    def steps(self) -> list[str]:
        """Each step in words."""
        return [
            f"write ~/.cortex/.env: commands use {self.url}, model {self.model}",
            "a key, if it needs one, goes to ~/.cortex/.env as OPENAI_API_KEY",
        ]

    def carry_out(self) -> None:
        """Do it."""
        set_user_values(
            {
                "CORTEX_PROVIDER": PROVIDER,
                "OPENAI_BASE_URL": self.url,
                "OPENAI_MODEL": self.model,
            }
        )


@dataclass(frozen=True)
class Nothing:
    """No model."""

    def steps(self) -> list[str]:
        """Each step in words."""
        if as_service():
            return ["stop the model server and its address; models and settings stay"]
        return ["nothing: without a model Cortex still monitors, searches and installs"]

    def carry_out(self) -> None:
        """Do it."""
        if as_service():
            unit.systemctl("disable", "--quiet", "--now", unit.PROXY_SOCKET)
            unit.systemctl("stop", unit.PROXY, unit.SERVICE)


def set_user_values(values: dict[str, str]) -> None:
    """Change ~/.cortex/.env, in one step."""
    path = USER_ENV.expanduser()
    try:
        text = path.read_text() if path.exists() else ""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(".env.new")
        fresh.write_text(envedit.change_settings(text, dict(values)))
        fresh.chmod(0o600)
        fresh.replace(path)
    except (OSError, ValueError) as error:
        raise LlmError(f"cannot write {path}: {error}") from error


def check_url(text: str) -> str | None:
    """What is wrong with a base URL."""
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{text[:60]!r} is not a URL such as http://127.0.0.1:8085"
    return None
