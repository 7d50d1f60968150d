"""Where alerts go besides clients: hooks, the webhook, the model's analysis, Prometheus.

Made once, configured when the daemon is ready and on each reload.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cortexd.metrics import exposition
from cortexd.notify.analysis import Analyst
from cortexd.notify.endpoint import MetricsEndpoint
from cortexd.notify.hooks import Hooks
from cortexd.notify.webhook import Webhook

if TYPE_CHECKING:
    from cortexd.config import Config, MetricsSection
    from cortexd.context import Context


class AlertSinks:
    """All sinks, configured and stopped together."""

    def __init__(self, context: Context) -> None:
        self._monitor = monitor = context.monitor
        alerts = context.config.alerts
        self._hooks = Hooks(alerts)
        self._webhook = Webhook(monitor.book.store, alerts)
        self._analyst = Analyst(monitor.book, context.queue, context.llm, alerts)
        self._endpoint = MetricsEndpoint(lambda: exposition.render(context))
        self._binding: asyncio.Task[None] | None = None
        for sink in (self._hooks, self._webhook, self._analyst):
            monitor.book.on_change.append(sink.notify)
        monitor.on_minute.append(self._analyst.wake)

    def configure(self, config: Config) -> None:
        """Start all sinks, or continue with another configuration."""
        self._hooks.configure(config.alerts)
        self._webhook.configure(config.alerts)
        self._analyst.configure(config.alerts)
        self._binding = asyncio.get_running_loop().create_task(self._bind(config.metrics))

    async def stop(self) -> None:
        """Stop all sinks; messages that the webhook has not sent stay stored."""
        if self._binding is not None:
            self._binding.cancel()
            await asyncio.gather(self._binding, return_exceptions=True)
        await self._endpoint.stop()
        await self._analyst.stop()
        await self._webhook.stop()
        await self._hooks.stop()

    async def _bind(self, settings: MetricsSection) -> None:
        await self._endpoint.configure(settings)
        problem = self._endpoint.problem
        if problem is None:
            self._monitor.problems.pop("metrics over HTTP", None)
        else:
            self._monitor.problems["metrics over HTTP"] = problem
