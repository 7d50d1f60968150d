"""One streamed chat completion, event by event: the OpenAI API's JSON, and nothing else.

No I/O: data of server-sent events in, text and counts out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Chunk(msgspec.Struct):
    """One event of a streamed chat completion, only the members used here."""

    choices: list[_Choice] = []
    usage: _Usage | None = None
    model: str = ""
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
    if chunk.usage is not None:
        usage.prompt_tokens = chunk.usage.prompt_tokens
        usage.tokens = chunk.usage.completion_tokens
    if not chunk.choices:
        return ""
    choice = chunk.choices[0]
    usage.finish_reason = choice.finish_reason or usage.finish_reason
    if not choice.delta.content:
        return ""
    if chunk.usage is None:
        usage.tokens += 1
    return choice.delta.content


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
