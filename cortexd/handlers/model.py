"""llm.status for every local user; llm.load, llm.unload for administrators."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from cortexd import events
from cortexd.api.errors import DaemonBusy, InvalidParams, quote
from cortexd.events import Event
from cortexd.model import units

if TYPE_CHECKING:
    from cortexd.api.messages import (
        LlmStateReply,
        LlmStatusReply,
        LoadParams,
        NoParams,
        UnloadParams,
    )
    from cortexd.context import Caller, Context

_log_event = functools.partial(events.log, logging.getLogger(__name__), logging.INFO)


async def status(ctx: Context, _params: NoParams, _caller: Caller) -> LlmStatusReply:
    """Show the state of the model service and its queue."""
    info = await ctx.llm.refresh()
    queue = ctx.queue
    return {
        "state": info.state,
        "model": info.model,
        "profile": info.profile,
        "context_length": info.context_length,
        "queue": {"waiting": queue.waiting, "running": queue.running, "limit": queue.limit},
        "slots": info.slots,
        "tokens_per_second": ctx.llm.tokens_per_second,
        "last_error": ctx.llm.last_error,
        "url": ctx.llm.url,
    }


async def load(ctx: Context, params: LoadParams, caller: Caller) -> LlmStateReply:
    """Load the model now; llm.status shows when it is ready."""
    ctx.llm.invalidate()
    info = await ctx.llm.refresh()
    _refuse_other_model(params.model, info.model)
    if info.state in ("ready", "loading"):
        return {"state": info.state}
    uid = caller.peer.uid
    _log_event(Event.MODEL_ASKED_FOR, "user %d requested loading the model", uid, uid=uid)
    await units.queue_job("start", ctx.config.llm.unit)
    ctx.llm.invalidate()
    return {"state": "loading"}


async def unload(ctx: Context, params: UnloadParams, caller: Caller) -> LlmStateReply:
    """Unload the model; if it loads on demand, the next request loads it again."""
    info = await ctx.llm.refresh()
    _refuse_other_model(params.model, info.model)
    if ctx.queue.running:
        raise DaemonBusy(
            f"{ctx.queue.running} request(s) are using the model",
            hint="wait, or cancel them with inference.cancel",
            queue_size=ctx.queue.waiting,
        )
    uid = caller.peer.uid
    _log_event(Event.MODEL_ASKED_FOR, "user %d requested unloading the model", uid, uid=uid)
    await units.queue_job("stop", ctx.config.llm.unit)
    ctx.llm.invalidate()
    return {"state": "stopped"}


def _refuse_other_model(wanted: str | None, current: str | None) -> None:
    """Refuse to load another model: the administrator decides which one runs, not a client."""
    if wanted is not None and wanted != current:
        raise InvalidParams(
            f"the model is {quote(current or 'not loaded')}, not {quote(wanted)}",
            hint="to switch models: cortex llm use MODEL",
            param="model",
        )
