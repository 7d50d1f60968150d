"""What a reload changes of the parts that handlers are handed."""

from __future__ import annotations

from pathlib import Path

from cortexd.access import Level, Peer
from cortexd.alerts.store import Store
from cortexd.config import AccessSection, Config, LimitsSection, LoadedConfig
from cortexd.context import Context
from cortexd.monitoring.monitor import Monitor


def test_configure(tmp_path: Path) -> None:
    store = Store(tmp_path / "alerts.db")
    ctx = Context(
        LoadedConfig(Config(), ()),
        "1",
        lambda: None,
        lambda: {},  # type: ignore[typeddict-item]
        lambda: {"commands": []},
        Monitor(Config(), store),
    )
    stranger = Peer(1, 54_321, 54_321)
    assert ctx.level_of(stranger) is Level.USE
    limits = LimitsSection(queue_size=3, requests_per_second=7, request_burst=9)
    ctx.configure(LoadedConfig(Config(limits=limits, access=AccessSection(use_group="root")), ()))
    assert ctx.queue.limit == 3
    assert (ctx.limiter.per_second, ctx.limiter.burst) == (7, 9)
    assert ctx.level_of(stranger) is Level.READ
    store.close()
