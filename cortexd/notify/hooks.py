"""Executables in a folder that run on every change of an alert.

Each gets the alert, with its ``event``, as one JSON object on standard input.  They run as the
daemon's user, one after the other, and are killed after their time limit.  A folder or a file
that others may write to is refused: it would give them the daemon's permissions.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cortexd import command

if TYPE_CHECKING:
    from pathlib import Path

    from cortexd.alert import Alert
    from cortexd.config import AlertsSection

_log = logging.getLogger(__name__)

# Alerts that wait for slow hooks; further ones are dropped.
MAX_WAITING = 200
MAX_OUTPUT = 4096


class _Notice(NamedTuple):
    event: str
    body: bytes


class Hooks:
    """The hook folder."""

    def __init__(self, settings: AlertsSection) -> None:
        self._settings = settings
        self._waiting: asyncio.Queue[_Notice] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._refused: set[str] = set()
        self._overflowing = False

    def configure(self, settings: AlertsSection) -> None:
        """Use these settings from the next hook on."""
        self._settings = settings

    def notify(self, event: str, alert: Alert) -> None:
        """Queue an alert for the hooks; costs nothing without a folder."""
        if not self._settings.hooks_dir.is_dir():
            return
        body = msgspec.json.encode({"event": event, **alert.to_reply()})
        try:
            self._waiting.put_nowait(_Notice(event, body))
        except asyncio.QueueFull:
            if not self._overflowing:
                _log.error("%d alerts wait for hooks; dropping further alerts", MAX_WAITING)
            self._overflowing = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Kill a running hook and drop the queue."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            notice = await self._waiting.get()
            self._overflowing = False
            limit_s = self._settings.hook_timeout_sec
            for hook in self.find_hooks():
                try:
                    outcome = await command.run(
                        [str(hook)], limit_s, stdin=notice.body, max_bytes=MAX_OUTPUT,
                        environment={"CORTEX_EVENT": notice.event},
                    )  # fmt: skip
                except OSError as error:
                    _log.error("cannot start hook %s: %s", hook, error)
                    continue
                if outcome.status is None:
                    _log.error("hook %s was killed after %g s", hook, limit_s)
                elif not outcome.ok:
                    _log.error("hook %s exited with status %s", hook, outcome.status)

    def find_hooks(self) -> list[Path]:
        """The hooks by name; an unsafe file is logged once and not run."""
        try:
            if (why := find_danger(self._settings.hooks_dir)) is not None:
                self._refuse(self._settings.hooks_dir, why)
                return []
            entries = sorted(self._settings.hooks_dir.iterdir())
        except OSError:
            return []
        hooks = []
        for path in entries:
            if path.name.startswith(".") or not path.is_file() or not os.access(path, os.X_OK):
                continue
            if (why := find_danger(path)) is None:
                hooks.append(path)
            else:
                self._refuse(path, why)
        return hooks

    def _refuse(self, path: Path, why: str) -> None:
        if str(path) not in self._refused:
            self._refused.add(str(path))
            _log.error("not running %s: %s", path, why)


def find_danger(path: Path) -> str | None:
    """Why ``path`` must not be run, or None."""
    info = path.stat()
    if info.st_uid not in (0, os.geteuid()):
        return f"owned by user {info.st_uid}"
    if info.st_mode & stat.S_IWOTH:
        return "writable by everybody"
    return None
