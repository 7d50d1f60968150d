"""One streamed chat completion, event by event: the OpenAI API's JSON, and nothing else.

No I/O: data of server-sent events in, text and counts out.  As lenient as OpenAI's own client:
null counts as absent, unknown members are skipped, and ``content`` may be a list of parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cortexd.api.errors import ContextExceeded, LlmUnavailable, quote
from cortexd.model.sse import Malformed

_CONTEXT_CODES = frozenset({"exceed_context_size_error", "context_length_exceeded"})
_TOKENS = re.compile(r"(\d{1,12}) tokens")


@dataclass(slots=True)
class Usage:
    """What an answer used; filled in as it streams, complete once it has ended."""

    prompt_tokens: int = 0
    tokens: int = 0
    finish_reason: str = ""
    model: str = ""
    started: bool = False  # the server has started to answer
    # What a reasoning model thought, in pieces; it is not part of the answer.
    reasoning: list[str] = field(default_factory=list)
    # By the server's own clock; None where it does not measure.
    tokens_per_second: float | None = None
    cached_tokens: int | None = None  # of the prompt, those that were known already
    # The answer is a call of a tool, which nobody here can run.
    calls_tool: bool = False


class _Delta(msgspec.Struct):
    content: str | list[Any] | None = None
    reasoning_content: str | None = None  # llama.cpp, DeepSeek
    reasoning: str | None = None  # vLLM, OpenRouter
    refusal: str | None = None
    tool_calls: list[Any] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Timings(msgspec.Struct):
    """llama.cpp's measurements of one answer."""

    cache_n: int | None = None
    predicted_n: int | None = None
    predicted_ms: float | None = None


class _Chunk(msgspec.Struct):
    """One event of a streamed chat completion, only the members used here."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    model: str | None = None
    timings: _Timings | None = None
    error: Any = None


_decode_chunk = msgspec.json.Decoder(_Chunk).decode


def extract_text(data: bytes, usage: Usage) -> str:
    """The text of one event, empty if it has none; updates ``usage``.

    Raises:
        Malformed: not an event of a chat completion.
        LlmUnavailable: the server reports that it failed.
    """
    try:
        chunk = _decode_chunk(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(f"{data[:80]!r}") from error
    if chunk.error is not None:
        message = chunk.error.get("message") if isinstance(chunk.error, dict) else chunk.error
        raise LlmUnavailable(f"the model server failed while answering: {quote(str(message))}")
    if chunk.model:
        usage.model = chunk.model
    if chunk.timings is not None:
        _note_timings(chunk.timings, usage)
    if chunk.usage is not None:
        usage.prompt_tokens = chunk.usage.prompt_tokens or usage.prompt_tokens
        usage.tokens = chunk.usage.completion_tokens or usage.tokens
    if not chunk.choices:
        return ""
    choice = chunk.choices[0]
    usage.finish_reason = choice.finish_reason or usage.finish_reason
    if choice.delta is None:
        return ""
    return _read_delta(choice.delta, usage, counted=chunk.usage is not None)


def _read_delta(delta: _Delta, usage: Usage, *, counted: bool) -> str:
    text = delta.content if isinstance(delta.content, str) else _join_parts(delta.content)
    thought = delta.reasoning_content or delta.reasoning
    if thought:
        usage.reasoning.append(thought)
    if delta.tool_calls:
        usage.calls_tool = True
    if (text or thought) and not counted:
        usage.tokens += 1
    return text or delta.refusal or ""


def _join_parts(parts: list[Any] | None) -> str:
    """The text of a list of content parts: strings, or objects with a ``text``."""
    texts = (part.get("text") if isinstance(part, dict) else part for part in parts or ())
    return "".join(text for text in texts if isinstance(text, str))


def _note_timings(timings: _Timings, usage: Usage) -> None:
    usage.cached_tokens = timings.cache_n
    usage.tokens_per_second = _rate(timings.predicted_n, timings.predicted_ms)


def _rate(count: int | None, ms: float | None) -> float | None:
    """Events a second; None where nothing was measured."""
    if not count or not ms or count < 0 or ms < 0:
        return None
    return count * 1000 / ms


def parse_context_error(error: dict[str, Any], known: int | None) -> ContextExceeded | None:
    """The error for a prompt that does not fit, or None if ``error`` says something else.

    llama-server gives both lengths as members, llama-cpp-python in its sentence:
    "maximum context length is 512 tokens, however you requested 600 tokens".
    """
    if not _CONTEXT_CODES & {str(error.get("type")), str(error.get("code"))}:
        return None
    digits = [int(count) for count in _TOKENS.findall(str(error.get("message", "")))]
    prompt = error.get("n_prompt_tokens") or (digits[1] if len(digits) > 1 else None)
    length = error.get("n_ctx") or (digits[0] if digits else known)
    return ContextExceeded(
        f"the prompt has {prompt} tokens; the model's context holds {length}",
        hint="shorten the prompt, or raise CORTEX_LLM_CTX_SIZE in /etc/cortex/llm.env",
        prompt_tokens=prompt,
        context_length=length,
    )
