"""llm.load, llm.unload: the model server's unit, for administrators."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from cortexd import events
from cortexd.api.errors import DaemonBusy, InvalidParams, quote
from cortexd.events import Event
from cortexd.model import units

if TYPE_CHECKING:
    from cortexd.api.messages import LlmStateReply, LoadParams, UnloadParams
    from cortexd.context import Caller, Context

_log_event = functools.partial(events.log, logging.getLogger(__name__), logging.INFO)


async def load(ctx: Context, params: LoadParams, caller: Caller) -> LlmStateReply:
    """Have the model loaded now; llm.status tells when it is ready."""
    ctx.llm.invalidate()
    info = await ctx.llm.refresh()
    _refuse_other_model(params.model, info.model)
    if info.state in ("ready", "loading"):
        return {"state": info.state}
    uid = caller.peer.uid
    _log_event(Event.MODEL_ASKED_FOR, "user %d has the model loaded", uid, uid=uid)
    await units.queue_job("start")
    ctx.llm.invalidate()
    return {"state": "loading"}


async def unload(ctx: Context, params: UnloadParams, caller: Caller) -> LlmStateReply:
    """Have the model unloaded now; the next request loads it again where that is set up."""
    info = await ctx.llm.refresh()
    _refuse_other_model(params.model, info.model)
    if ctx.queue.running:
        raise DaemonBusy(
            f"{ctx.queue.running} request(s) use the model",
            hint="wait for them, or cancel them: inference.cancel",
            queue_size=ctx.queue.waiting,
        )
    uid = caller.peer.uid
    _log_event(Event.MODEL_ASKED_FOR, "user %d has the model unloaded", uid, uid=uid)
    await units.queue_job("stop")
    ctx.llm.invalidate()
    return {"state": "stopped"}


def _refuse_other_model(wanted: str | None, current: str | None) -> None:
    """Which model runs is the administrator's setting, not a client's."""
    if wanted is not None and wanted != current:
        raise InvalidParams(
            f"the model is {quote(current or 'not loaded')}, not {quote(wanted)}",
            hint="another model is set up with: sudo scripts/install-llm.sh switch MODEL",
            param="model",
        )
