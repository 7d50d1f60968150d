"""What a handler gets: the daemon's parts, and who is asking.

Handlers get nothing else; they neither see sockets nor keep state of their own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from cortexd.access import Level, Policy
from cortexd.budget import Budgets
from cortexd.metrics import samplers
from cortexd.metrics.counters import Counters
from cortexd.model.llm import Upstream
from cortexd.model.prompts import MAX_RENDERERS, RENDERERS_PER_USER
from cortexd.model.queue import InferenceQueue
from cortexd.model.ratelimit import RateLimiter

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from msgspec import Raw

    from cortexd.access import Peer
    from cortexd.api.messages import ReloadReply
    from cortexd.config import AccessSection, Config, LoadedConfig
    from cortexd.monitoring.monitor import Monitor


class Caller(Protocol):
    """One request's way back to its client."""

    @property
    def peer(self) -> Peer:
        """Who is asking, according to the kernel."""

    @property
    def client_id(self) -> str | None:
        """The ``id`` that the client gave its request, as text."""

    @property
    def is_live(self) -> bool:
        """Whether events go out at once; until then they are kept, so fewer are better."""

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """Send one event before the reply."""

    async def drain(self) -> None:
        """Wait until the client has taken enough of what was sent."""


@dataclass(slots=True)
class Running:
    """A request that can be cancelled."""

    request_id: str
    client_id: str | None
    uid: int
    task: asyncio.Task[Any]
    cancelled_by: int | None = None


@dataclass(slots=True)
class Context:
    """The daemon's parts."""

    loaded: LoadedConfig
    version: str
    stop: Callable[[], None]
    reload: Callable[[], ReloadReply]
    describe_commands: Callable[[], Raw]
    monitor: Monitor
    count_connections: Callable[[], int] = lambda: 0
    update_status: Callable[[], None] = lambda: None  # there is news for `systemctl status`
    policy: Policy = field(default_factory=Policy)
    counters: Counters = field(default_factory=Counters)
    cpu: samplers.CpuMeter = field(default_factory=samplers.CpuMeter)
    running: dict[str, Running] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    budgets: Budgets = field(init=False)
    queue: InferenceQueue = field(init=False)
    renderers: InferenceQueue = field(init=False)  # turns of templates
    limiter: RateLimiter = field(init=False)
    llm: Upstream = field(init=False)

    def __post_init__(self) -> None:
        """Build the parts whose bounds the configuration sets."""
        limits, llm = self.config.limits, self.config.llm
        self.budgets = Budgets(limits)
        self.queue = InferenceQueue(limits, llm.slots)
        self.renderers = InferenceQueue(limits, MAX_RENDERERS, RENDERERS_PER_USER)
        self.limiter = RateLimiter(limits)
        self.llm = Upstream(llm)
        self.policy = _policy(self.config.access)

    @property
    def config(self) -> Config:
        """The running configuration."""
        return self.loaded.config

    def level_of(self, peer: Peer) -> Level:
        """What ``peer`` may do."""
        return peer.level(self.policy)

    def count_active_alerts(self, severity: str | None = None) -> int:
        """The number of active alerts, of one severity or of all."""
        return sum(
            count
            for (status, of), count in self.monitor.book.store.count_by_status().items()
            if status == "active" and severity in (None, of)
        )

    def configure(self, loaded: LoadedConfig) -> None:
        """Let a new configuration take effect; running requests finish under the old one."""
        self.loaded = loaded
        config = loaded.config
        self.budgets.configure(config.limits)
        self.queue.configure(config.limits)
        self.renderers.configure(config.limits)
        self.limiter.configure(config.limits)
        self.llm.configure(config.llm)
        self.policy = _policy(config.access)
        self.monitor.configure(config)


def _policy(access: AccessSection) -> Policy:
    return Policy(access.admin_group, access.use_group)
