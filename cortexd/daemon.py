"""The life of the daemon: build, start, READY, wait, stop in reverse order.

Everything that lives as long as the process is made here and handed on as an argument.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import os
import resource
import signal
import time
from typing import TYPE_CHECKING

from cortexd import config, events, log
from cortexd.alerts.store import Store
from cortexd.api.errors import ConfigError, CortexError
from cortexd.api.version import VERSION
from cortexd.context import Context
from cortexd.dispatch import Dispatcher
from cortexd.events import Event
from cortexd.handlers import COMMANDS
from cortexd.handlers.manual import encode_commands
from cortexd.monitoring.monitor import Monitor
from cortexd.notify.alert_sinks import AlertSinks
from cortexd.sources.model import ModelService
from cortexd.systemd import Notifier, take_inherited_sockets, watchdog_interval
from cortexd.wire import listener
from cortexd.wire.server import Server

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from cortexd.api.messages import ReloadReply
    from cortexd.config import LoadedConfig
    from cortexd.monitoring.collector import Source

_log = logging.getLogger(__name__)

# Descriptors besides those of clients: the event loop's, the journal's, the model's.
SPARE_DESCRIPTORS = 64


class Daemon:
    """One running cortexd."""

    def __init__(self, loaded: LoadedConfig, explicit: Path | None) -> None:
        """Build the parts.

        Raises:
            ConfigError: the database is one of a later version.
        """
        self._explicit = explicit
        self._started = time.monotonic()
        self._address = str(loaded.config.socket.path)
        self._reload_problem = ""  # of the last reload, for the status
        self._stop = asyncio.Event()
        self._notifier = Notifier()
        store = Store(config.database_path(loaded.config, os.environ))
        self._monitor = Monitor(loaded.config, store, self._model_source)
        self._context = Context(
            loaded,
            VERSION,
            self._stop.set,
            self.reload,
            functools.cache(functools.partial(encode_commands, COMMANDS)),
            self._monitor,
            lambda: len(self._server),
            self._update_status,
        )
        self._sinks = AlertSinks(self._context)
        self._server = Server(Dispatcher(self._context), asyncio.get_running_loop())

    async def run(self) -> None:
        """Serve until a signal or ``shutdown`` ends it.

        Raises:
            ConfigError: the socket cannot be opened.
        """
        settings = self._context.config.socket
        raise_descriptor_limit(self._context.config.limits.max_connections)
        sockets = take_inherited_sockets()
        own = not sockets
        if own:
            sockets = [listener.open_socket(settings)]
        inode = settings.path.stat().st_ino if own else 0
        self._handle_signals()
        try:
            await self._server.listen(sockets, settings.backlog)
            gc.collect()
            gc.freeze()  # what start-up made stays; later collections need not look at it
            self._address = ", ".join(_socket_name(sock) for sock in sockets)
            self._notifier.notify_ready(self._describe_status())
            took = time.monotonic() - self._started
            events.log(
                _log, logging.INFO, Event.READY, "ready on %s after %.0f ms", self._address,
                1000 * took, version=VERSION,
            )  # fmt: skip
            self._log_notes(self._context.loaded)
            self._monitor.start()
            self._sinks.configure(self._context.config)
            await self._wait()
        finally:
            self._monitor.book.publisher.close()
            self._notifier.notify_stopping("finishing running requests")
            running = len(self._context.running)
            events.log(
                _log, logging.INFO, Event.STOPPING, "stopping; %d request(s) still running", running
            )
            if own:
                listener.remove_socket(settings.path, inode)
            await self._server.drain(self._context.config.limits.drain_sec)
            await self._sinks.stop()
            await self._monitor.stop()
            await self._context.llm.aclose()
            _log.info("stopped")

    def reload(self) -> ReloadReply:
        """Read the configuration again and apply it.

        Raises:
            ConfigError: it is invalid; the running one stays in effect.
        """
        self._notifier.notify_reloading(time.monotonic_ns() // 1000)
        self._reload_problem = ""
        try:
            loaded = config.load(os.environ, self._explicit)
            raise_descriptor_limit(loaded.config.limits.max_connections)
            changed = self._context.config.changed_keys(loaded.config)
            self._context.configure(loaded)
            log.configure(loaded.config.log)
        except CortexError as error:
            self._reload_problem = f"; configuration not reloaded: {error.message}"
            raise
        finally:
            self._notifier.notify_ready(self._describe_status())
        self._sinks.configure(loaded.config)
        self._log_notes(loaded)
        events.log(
            _log, logging.INFO, Event.RELOADED, "configuration reloaded; changed: %s",
            ", ".join(changed) or "nothing",
        )  # fmt: skip
        return {
            "reloaded": True,
            "changed": changed,
            "restart_required": [key for key in changed if key.startswith(config.RESTART_KEYS)],
            "config_file": str(loaded.files[-1]) if loaded.files else None,
        }

    def _log_notes(self, loaded: LoadedConfig) -> None:
        for note in loaded.notes:
            _log.warning("%s", note)

    def _model_source(self, settings: config.Config) -> list[Source]:
        return [ModelService(self._context.llm, settings.monitoring.probe_model)]

    async def _wait(self) -> None:
        """Wait for the end; feed systemd's watchdog from the loop that serves the clients."""
        interval = watchdog_interval()
        while not self._stop.is_set():
            try:
                async with asyncio.timeout(interval):
                    await self._stop.wait()
            except TimeoutError:
                self._notifier.notify_watchdog()
                self._update_status()

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload_by_signal)

    def _reload_by_signal(self) -> None:
        try:
            self.reload()
        except CortexError as error:
            events.log(
                _log, logging.ERROR, Event.RELOAD_FAILED, "configuration not reloaded: %s%s",
                error.message, _format_hint(error),
            )  # fmt: skip

    def _update_status(self) -> None:
        """Update the line in ``systemctl status`` if it has changed."""
        self._notifier.notify_status(self._describe_status())

    def _describe_status(self) -> str:
        context = self._context
        state = context.llm.info.state
        model = f"{state} ({context.llm.info.model})" if context.llm.info.model else state
        return (
            f"serving {self._address}; {len(self._server)} client(s), "
            f"{context.queue.running} request(s) running, {context.queue.waiting} waiting; "
            f"model {model}{self._reload_problem}"
        )


def raise_descriptor_limit(connections: int) -> None:
    """Allow the process a file descriptor for each client, refused ones included.

    Raises:
        ConfigError: the hard limit is below what ``limits.max_connections`` needs.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ConfigError(
            f"limits.max_connections is {connections}, which needs {needed} file descriptors; "
            f"the limit of this process is {hard}",
            hint="lower it, or raise LimitNOFILE in the unit",
        )
    wanted = 10 * needed if hard == resource.RLIM_INFINITY else min(10 * needed, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _socket_name(sock: socket.socket) -> str:
    name = sock.getsockname()
    return name if isinstance(name, str) else repr(name)


def _format_hint(error: CortexError) -> str:
    return f"; hint: {error.hint}" if error.hint else ""
