"""inference, inference.batch, inference.cancel: requests to the model."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cortexd.access import Level
from cortexd.api.errors import (
    Cancelled,
    CortexError,
    DaemonBusy,
    NotFound,
    RequestTimeout,
    Unauthorized,
    quote,
)
from cortexd.context import Running
from cortexd.handlers.answer import Deadline, Job, answer
from cortexd.model import prompts
from cortexd.model.queue import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cortexd.api.messages import (
        BatchOutput,
        BatchParams,
        BatchReply,
        CancelParams,
        CancelReply,
        Generation,
        InferenceParams,
        InferenceReply,
    )
    from cortexd.context import Caller, Context
    from cortexd.model.prompts import Turn


async def inference(ctx: Context, params: InferenceParams, caller: Caller) -> InferenceReply:
    """Answer one prompt or conversation."""
    ctx.limiter.take(caller.peer.uid)
    question: Any = params.prompt if params.messages is None else params.messages
    listener = caller if params.stream else None
    with _make_cancellable(ctx, caller) as request_id:
        deadline = Deadline(ctx, params)
        (turns,) = await _build_conversations(ctx, [question], params, caller, deadline)
        job = Job(request_id, caller.peer.uid, Priority.PERSON, turns, params, deadline, listener)
        return await answer(ctx, job)


async def batch(ctx: Context, params: BatchParams, caller: Caller) -> BatchReply:
    """Answer several prompts; if one fails, the others are still answered."""
    uid = caller.peer.uid
    free = ctx.queue.limit - ctx.queue.running - ctx.queue.waiting
    if len(params.prompts) > free:
        raise DaemonBusy(
            f"{len(params.prompts)} prompts do not fit into the queue; {free} of "
            f"{ctx.queue.limit} places are free",
            queue_size=ctx.queue.waiting,
            retry_after_s=1.0,
        )
    ctx.limiter.take(uid, len(params.prompts))
    with _make_cancellable(ctx, caller) as request_id:
        deadline = Deadline(ctx, params)
        conversations = await _build_conversations(ctx, params.prompts, params, caller, deadline)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    _answer_in_batch(
                        ctx,
                        Job(f"{request_id}.{number}", uid, Priority.BATCH, turns, params, deadline),
                    )
                )
                for number, turns in enumerate(conversations)
            ]
    return {"outputs": [task.result() for task in tasks]}


def cancel(ctx: Context, params: CancelParams, caller: Caller) -> CancelReply:
    """Cancel a request by its request_id, or one of your own by the id you gave it."""
    uid = caller.peer.uid
    for request in ctx.running.values():
        own = request.uid == uid
        if request.request_id == params.request_id or (
            own and request.client_id == params.request_id
        ):
            if not own and ctx.level_of(caller.peer) < Level.ADMIN:
                raise Unauthorized(
                    f"the request {params.request_id} belongs to another user",
                    hint="only its owner and administrators may cancel it",
                )
            request.cancelled_by = uid
            request.task.cancel()
            return {"cancelled": True, "request_id": request.request_id}
    raise NotFound(f"no request {quote(params.request_id)} is running or waiting")


async def _build_conversations(
    ctx: Context,
    questions: Sequence[Any],
    settings: Generation,
    caller: Caller,
    deadline: Deadline,
) -> list[list[Turn]]:
    try:
        async with asyncio.timeout_at(deadline.at):
            return await prompts.build_conversations(
                questions, settings, ctx.config.llm, ctx.renderers, caller.peer.uid
            )
    except TimeoutError as error:
        raise RequestTimeout(
            f"the template was not rendered after {deadline.limit_s:g} s",
            hint="simplify it, or raise timeout_s or llm.request_timeout_sec",
            timeout_s=deadline.limit_s,
        ) from error


@contextmanager
def _make_cancellable(ctx: Context, caller: Caller) -> Iterator[str]:
    """Register the running request, so that ``cancel`` finds it."""
    task = asyncio.current_task()
    if task is None:  # pragma: no cover - handlers run in tasks
        raise RuntimeError("not in a task")
    request_id = uuid.uuid4().hex
    entry = Running(request_id, caller.client_id, caller.peer.uid, task)
    ctx.running[request_id] = entry
    try:
        yield request_id
    except asyncio.CancelledError:
        if entry.cancelled_by is None:
            raise
        task.uncancel()
        raise Cancelled(
            f"the request {request_id} was cancelled by user {entry.cancelled_by}",
            request_id=request_id,
        ) from None
    finally:
        del ctx.running[request_id]


async def _answer_in_batch(ctx: Context, job: Job) -> BatchOutput:
    try:
        return {"reply": await answer(ctx, job)}
    except CortexError as error:
        details = error.wire_details()
        return {"error": {"code": error.code, "message": error.message, "details": details}}
