"""Reads a long prompt into the model's cache piece by piece, so that a person need not wait.

A model server cannot be interrupted while it reads a batch of tokens, and notices a closed
connection up to a second late: whoever asks during a long prompt waits for all of it.  So the
prompt grows by a piece per request, each of which takes about ``PIECE_S``; the server keeps what
it has read.  A server that keeps nothing gets the rest at once.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from cortexd.model.completion import Usage

if TYPE_CHECKING:
    from cortexd.model.llm import Upstream

# What one piece should take, with the one token that every request generates.
PIECE_S = 0.1
# The first is some ten tokens; none is smaller than a few words, else it would never end.
FIRST_CHARS = 40
MIN_CHARS = 24
MAX_GROWTH = 3.0
# A piece of fewer characters says nothing about whether the server has a cache.
LONG_ENOUGH_CHARS = 600

Messages = list[dict[str, str]]


async def read_ahead(llm: Upstream, messages: Messages, load_timeout_s: float, uid: int) -> None:
    """Have the model read ``messages``, all but the end, for a request of ``uid``."""
    total = sum(len(message["content"]) for message in messages)
    end, size = 0, FIRST_CHARS
    while (end := end + size) < total:
        started = time.monotonic()
        usage = Usage()
        await _read(llm, cut_messages(messages, end), usage, load_timeout_s, uid)
        if end > LONG_ENOUGH_CHARS and not usage.cached_tokens:
            return
        size = choose_size(size, time.monotonic() - started)


def cut_messages(messages: Messages, chars: int) -> Messages:
    """The conversation as far as its first ``chars`` characters go; no turn is left empty."""
    left, parts = chars, []
    for message in messages:
        parts.append({**message, "content": message["content"][: max(0, left)] or "."})
        left -= len(message["content"])
    return parts


def choose_size(size: int, took_s: float) -> int:
    """How many characters the next piece has, after one of ``size`` that ``took_s``."""
    wanted = size * min(MAX_GROWTH, PIECE_S / max(took_s, 1e-3))
    return max(MIN_CHARS, int(wanted))


async def _read(
    llm: Upstream, messages: Messages, usage: Usage, load_timeout_s: float, uid: int
) -> None:
    payload: dict[str, Any] = {"messages": messages, "max_tokens": 1, "temperature": 0}
    async with aclosing(llm.answer(payload, usage, load_timeout_s, uid)) as texts:
        async for _ in texts:
            pass
