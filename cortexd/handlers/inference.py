"""inference, inference.batch, inference.cancel: requests to the model."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
import uuid
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cortexd import events
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
from cortexd.events import Event
from cortexd.handlers.token_events import TokenEvents
from cortexd.model import completion, prompts
from cortexd.model.completion import Usage
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

# An answer of fewer tokens says nothing about the server's speed.
MIN_SPEED_TOKENS = 8

_log_event = functools.partial(events.log, logging.getLogger(__name__))


async def inference(ctx: Context, params: InferenceParams, caller: Caller) -> InferenceReply:
    """Answer one prompt or conversation."""
    ctx.limiter.take(caller.peer.uid)
    question: Any = params.prompt if params.messages is None else params.messages
    listener = caller if params.stream else None
    with _make_cancellable(ctx, caller) as request_id:
        deadline = _Deadline(ctx, params)
        (turns,) = await _build_conversations(ctx, [question], params, caller, deadline)
        job = _Job(request_id, caller.peer.uid, Priority.PERSON, turns, params, deadline, listener)
        return await _answer(ctx, job)


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
        deadline = _Deadline(ctx, params)
        conversations = await _build_conversations(ctx, params.prompts, params, caller, deadline)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    _answer_in_batch(
                        ctx,
                        _Job(
                            f"{request_id}.{number}", uid, Priority.BATCH, turns, params, deadline
                        ),
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


class _Deadline:
    """When an answer must be complete; templates and queues count."""

    def __init__(self, ctx: Context, settings: Generation) -> None:
        llm = ctx.config.llm
        self.limit_s = min(settings.timeout_s or llm.request_timeout_sec, llm.request_timeout_sec)
        self.at = asyncio.get_running_loop().time() + self.limit_s


async def _build_conversations(
    ctx: Context,
    questions: Sequence[Any],
    settings: Generation,
    caller: Caller,
    deadline: _Deadline,
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


class _Job(NamedTuple):
    """One prompt on its way to the model; ``listener`` gets the tokens."""

    request_id: str
    uid: int
    priority: Priority
    turns: list[Turn]
    settings: Generation
    deadline: _Deadline
    listener: Caller | None = None


async def _answer_in_batch(ctx: Context, job: _Job) -> BatchOutput:
    try:
        return {"reply": await _answer(ctx, job)}
    except CortexError as error:
        details = error.wire_details()
        return {"error": {"code": error.code, "message": error.message, "details": details}}


async def _answer(ctx: Context, job: _Job) -> InferenceReply:
    """Answer one prompt, and log how it went, never what was asked."""
    fields = {"request_id": job.request_id, "uid": job.uid}
    text = "request %s from user %d"
    _log_event(logging.INFO, Event.REQUEST_STARTED, text, job.request_id, job.uid, **fields)
    try:
        reply = await _generate(ctx, job)
    except asyncio.CancelledError:
        text = "request %s cancelled"
        _log_event(logging.INFO, Event.REQUEST_FAILED, text, job.request_id, **fields)
        raise
    except CortexError as error:
        _log_event(
            logging.WARNING, Event.REQUEST_FAILED, "request %s failed: %s",
            job.request_id, error.message, **fields, error=error.code,
        )  # fmt: skip
        raise
    finally:
        ctx.update_status()
    measures = {name: reply[name] for name in ("tokens_used", "prompt_tokens", "queue_ms",
                "inference_time_ms", "time_to_first_token_ms", "model")}  # fmt: skip
    _log_event(
        logging.INFO, Event.REQUEST_DONE, "request %s answered: %d tokens in %.0f ms",
        job.request_id, reply["tokens_used"], reply["inference_time_ms"], **fields, **measures,
    )  # fmt: skip
    return reply


async def _generate(ctx: Context, job: _Job) -> InferenceReply:
    """Wait for a turn, generate, and record the usage."""
    settings, listener = job.settings, job.listener
    llm = ctx.config.llm
    limit_s = job.deadline.limit_s
    queued = time.monotonic()
    usage = Usage()
    parts: list[str] = []
    first_token = 0.0
    tokens = TokenEvents(listener, job.request_id) if listener is not None else None
    if listener is not None and ctx.llm.will_load():
        place = ctx.queue.running + ctx.queue.waiting + 1
        listener.emit("state", {"state": "loading", "queue_position": place})
    try:
        async with asyncio.timeout_at(job.deadline.at):
            async with ctx.queue.turn(job.uid, job.priority):
                info = await ctx.llm.wait_ready(llm.load_timeout_sec)
                ctx.queue.set_slots(info.slots or llm.slots)
                ctx.update_status()
                started = time.monotonic()
                alone = ctx.queue.running == 1
                payload = completion.build_payload(job.turns, settings, llm)
                answer = ctx.llm.answer(
                    payload, usage, llm.load_timeout_sec, job.uid, job.request_id
                )
                async with aclosing(answer) as texts:
                    async for text in texts:
                        if not parts:
                            first_token = time.monotonic()
                        parts.append(text)
                        if tokens is not None:
                            await tokens.send(text)
                alone = alone and ctx.queue.running == 1
    except TimeoutError as error:
        raise RequestTimeout(
            f"the answer was incomplete after {limit_s:g} s, at {usage.tokens} tokens",
            hint="ask for fewer tokens, or raise timeout_s or llm.request_timeout_sec",
            timeout_s=limit_s,
            tokens=usage.tokens,
        ) from error
    finally:
        if tokens is not None:
            tokens.flush()
    ended = time.monotonic()
    _record_usage(ctx, usage, ended - started, ended - (first_token or ended), alone)
    return {
        "output": "".join(parts),
        "tokens_used": usage.tokens,
        "prompt_tokens": usage.prompt_tokens,
        "inference_time_ms": _to_ms(ended - started),
        "time_to_first_token_ms": _to_ms((first_token or ended) - started),
        "queue_ms": _to_ms(started - queued),
        "finish_reason": usage.finish_reason,
        "model": usage.model or info.model or "unknown",
        "request_id": job.request_id,
    }


def _record_usage(
    ctx: Context, usage: Usage, took_s: float, generating_s: float, alone: bool
) -> None:
    counters = ctx.counters
    counters.inferences += 1
    counters.inference_seconds += took_s
    counters.tokens += usage.tokens
    counters.prompt_tokens += usage.prompt_tokens
    if usage.tokens > 1 and generating_s > 0:
        speed = round((usage.tokens - 1) / generating_s, 1)
        ctx.llm.record_speed(speed, typical=alone and usage.tokens >= MIN_SPEED_TOKENS)


def _to_ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
