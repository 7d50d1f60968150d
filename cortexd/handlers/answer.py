"""One prompt on its way to the model and back: a turn, the tokens, the accounting."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from cortexd import events
from cortexd.api.errors import CortexError, RequestTimeout
from cortexd.events import Event
from cortexd.model import sampling
from cortexd.model.completion import Usage

if TYPE_CHECKING:
    from cortexd.api.messages import Generation, InferenceReply
    from cortexd.context import Caller, Context
    from cortexd.model.prompts import Turn
    from cortexd.model.queue import Priority

# An answer of fewer tokens says nothing about the server's speed.
MIN_SPEED_TOKENS = 8

_log_event = functools.partial(events.log, logging.getLogger(__name__))


class Deadline:
    """When an answer must be complete; templates and queues count."""

    def __init__(self, ctx: Context, settings: Generation) -> None:
        llm = ctx.config.llm
        self.limit_s = min(settings.timeout_s or llm.request_timeout_sec, llm.request_timeout_sec)
        self.at = asyncio.get_running_loop().time() + self.limit_s


class Job(NamedTuple):
    """One prompt on its way to the model; ``listener`` gets the tokens."""

    request_id: str
    uid: int
    priority: Priority
    turns: list[Turn]
    settings: Generation
    deadline: Deadline
    listener: Caller | None = None


class _Tokens:
    """Token events of one answer; tokens from before the first can be sent go out as one."""

    def __init__(self, listener: Caller, request_id: str) -> None:
        self._listener = listener
        self._first = {"request_id": request_id}
        self._unsent: list[str] = []

    async def send(self, text: str) -> None:
        self._unsent.append(text)
        if self._listener.is_live:
            self.flush()
            await self._listener.drain()

    def flush(self) -> None:
        if self._unsent:
            self._listener.emit("token", {"text": "".join(self._unsent), **self._first})
            self._unsent.clear()
            self._first = {}


async def answer(ctx: Context, job: Job) -> InferenceReply:
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


class _Times:
    """When one answer was queued, started, and had its first token; by the monotonic clock."""

    def __init__(self) -> None:
        self.queued = self.started = time.monotonic()
        self.first_token: float | None = None


async def _generate(ctx: Context, job: Job) -> InferenceReply:
    """Wait for a turn, generate, and record the usage."""
    llm, limit_s = ctx.config.llm, job.deadline.limit_s
    usage, times, parts = Usage(), _Times(), list[str]()
    tokens = _Tokens(job.listener, job.request_id) if job.listener is not None else None
    if job.listener is not None and ctx.llm.will_load():
        place = ctx.queue.running + ctx.queue.waiting + 1
        job.listener.emit("state", {"state": "loading", "queue_position": place})
    try:
        async with (
            asyncio.timeout_at(job.deadline.at),
            ctx.queue.turn(job.uid, job.priority),
        ):
            info = await ctx.llm.wait_ready(llm.load_timeout_sec)
            ctx.queue.set_slots(info.slots or llm.slots)
            ctx.update_status()
            times.started = time.monotonic()
            alone = ctx.queue.running == 1
            payload = sampling.build_payload(job.turns, job.settings, llm, info.model)
            answer = ctx.llm.answer(payload, usage, llm.load_timeout_sec, job.uid, job.request_id)
            async with aclosing(answer) as texts:
                async for text in texts:
                    times.first_token = times.first_token or time.monotonic()
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
    _record_usage(ctx, usage, ended - times.started, alone)
    reply = _build_reply(job, "".join(parts), usage, times, ended)
    reply["model"] = usage.model or info.model or "unknown"
    if notes := sampling.describe_limits(
        job.settings, llm, usage, info.context_length, reply["output"]
    ):
        reply["notes"] = notes
    return reply


def _build_reply(
    job: Job, output: str, usage: Usage, times: _Times, ended: float
) -> InferenceReply:
    reply: InferenceReply = {
        "output": output,
        "tokens_used": usage.tokens,
        "prompt_tokens": usage.prompt_tokens,
        "inference_time_ms": _to_ms(ended - times.started),
        "time_to_first_token_ms": _to_ms((times.first_token or ended) - times.started),
        "queue_ms": _to_ms(times.started - times.queued),
        "finish_reason": usage.finish_reason,
        "model": usage.model,
        "request_id": job.request_id,
    }
    if usage.reasoning:
        reply["reasoning"] = "".join(usage.reasoning)
    return reply


def _record_usage(ctx: Context, usage: Usage, took_s: float, alone: bool) -> None:
    """Count the answer; its speed is what the model server measured, never when tokens arrived."""
    counters = ctx.counters
    counters.inferences += 1
    counters.inference_seconds += took_s
    counters.tokens += usage.tokens
    counters.prompt_tokens += usage.prompt_tokens
    if usage.tokens_per_second is not None:
        speed = round(usage.tokens_per_second, 1)
        ctx.llm.record_speed(speed, typical=alone and usage.tokens >= MIN_SPEED_TOKENS)


def _to_ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
