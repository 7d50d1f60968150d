"""Where alerts go besides the clients that ask: hooks, the webhook, the model, Prometheus.

Made once, started after the daemon is ready, brought up to date at each reload.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cortexd.metrics import exposition
from cortexd.notify.analysis import Analyst
from cortexd.notify.endpoint import Endpoint
from cortexd.notify.hooks import Hooks
from cortexd.notify.webhook import Webhook

if TYPE_CHECKING:
    from cortexd.config import Config
    from cortexd.context import Context


class Outlets:
    """All of them."""

    def __init__(self, context: Context) -> None:
        self._monitor = monitor = context.monitor
        alerts = context.config.alerts
        self._hooks = Hooks(alerts)
        self._webhook = Webhook(monitor.book.store, alerts)
        self._analyst = Analyst(monitor.book, context.queue, context.llm, context.config)
        self._endpoint = Endpoint(lambda: exposition.render(context))
        self._binding: asyncio.Task[None] | None = None
        for outlet in (self._hooks, self._webhook, self._analyst):
            monitor.book.on_change.append(outlet.notify)
        monitor.on_minute.append(self._analyst.kick)

    def configure(self, config: Config) -> None:
        """Begin, or go on under another configuration."""
        alerts = config.alerts
        self._hooks.configure(alerts)
        self._webhook.configure(alerts)
        self._analyst.configure(config)
        self._binding = asyncio.get_running_loop().create_task(self._bind(config))

    async def stop(self) -> None:
        """End all of them; what the webhook has not sent stays stored."""
        if self._binding is not None:
            self._binding.cancel()
            await asyncio.gather(self._binding, return_exceptions=True)
        await self._endpoint.stop()
        await self._analyst.stop()
        await self._webhook.stop()
        await self._hooks.stop()

    async def _bind(self, config: Config) -> None:
        await self._endpoint.configure(config.metrics)
        problem = self._endpoint.problem
        if problem is None:
            self._monitor.problems.pop("metrics over HTTP", None)
        else:
            self._monitor.problems["metrics over HTTP"] = problem
