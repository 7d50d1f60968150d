"""Executables in a folder that are told of every alert.

Each gets the alert as one JSON object on its standard input, with the ``event`` in it, runs
as the daemon's user, one after the other, and is killed after its time limit.  A folder or
a file that others may write to is refused: it would lend them the daemon's rights.
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

# Alerts that wait for slow hooks; the newest give way.
MAX_WAITING = 200
MAX_OUTPUT = 4096


class _Notice(NamedTuple):
    event: str
    body: bytes


class Hooks:
    """The hook folder."""

    def __init__(self, settings: AlertsSection) -> None:
        self.configure(settings)
        self._waiting: asyncio.Queue[_Notice] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._refused: set[str] = set()
        self._overflowing = False

    def configure(self, settings: AlertsSection) -> None:
        """Run the hooks of this folder from the next alert on."""
        self.folder = settings.hooks_dir
        self.limit_s = settings.hook_timeout_sec

    def notify(self, event: str, alert: Alert) -> None:
        """Tell the hooks, later; costs nothing where there is no folder."""
        if not self.folder.is_dir():
            return
        body = msgspec.json.encode({"event": event, **alert.wire()})
        try:
            self._waiting.put_nowait(_Notice(event, body))
        except asyncio.QueueFull:
            if not self._overflowing:
                _log.error("%d alerts wait for hooks; more are not told", MAX_WAITING)
            self._overflowing = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Kill what runs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            notice = await self._waiting.get()
            self._overflowing = False
            for hook in self.executables():
                try:
                    outcome = await command.run(
                        [str(hook)], self.limit_s, stdin=notice.body, max_bytes=MAX_OUTPUT,
                        environment={"CORTEX_EVENT": notice.event},
                    )  # fmt: skip
                except OSError as error:
                    _log.error("hook %s cannot be started: %s", hook, error)
                    continue
                if outcome.status is None:
                    _log.error("hook %s was killed after %g s", hook, self.limit_s)
                elif not outcome.ok:
                    _log.error("hook %s ended with status %s", hook, outcome.status)

    def executables(self) -> list[Path]:
        """The hooks in the order of their names; why others are not run is said once."""
        try:
            if (why := unsafe(self.folder)) is not None:
                self._refuse(self.folder, why)
                return []
            entries = sorted(self.folder.iterdir())
        except OSError:
            return []
        found = []
        for path in entries:
            if path.name.startswith(".") or not path.is_file() or not os.access(path, os.X_OK):
                continue
            if (why := unsafe(path)) is None:
                found.append(path)
            else:
                self._refuse(path, why)
        return found

    def _refuse(self, path: Path, why: str) -> None:
        if str(path) not in self._refused:
            self._refused.add(str(path))
            _log.error("%s is not run: %s", path, why)


def unsafe(path: Path) -> str | None:
    """Why ``path`` must not be run, or None."""
    info = path.stat()
    if info.st_uid not in (0, os.geteuid()):
        return f"it belongs to user {info.st_uid}"
    if info.st_mode & stat.S_IWOTH:
        return "everybody may write to it"
    return None
