"""What a reload changes of the parts that handlers are handed."""

from __future__ import annotations

from cortexd.access import Level, Peer
from cortexd.config import AccessSection, Config, LimitsSection, Loaded
from cortexd.context import Context


def test_apply() -> None:
    ctx = Context(Loaded(Config(), ()), "1", lambda: None, lambda: {})  # type: ignore[typeddict-item]
    stranger = Peer(1, 54_321, 54_321)
    assert ctx.level(stranger) is Level.USE
    limits = LimitsSection(queue_size=3, requests_per_second=7, request_burst=9)
    ctx.apply(Loaded(Config(limits=limits, access=AccessSection(use_group="root")), ()))
    assert ctx.queue.limit == 3
    assert (ctx.limiter.per_second, ctx.limiter.burst) == (7, 9)
    assert ctx.level(stranger) is Level.READ
