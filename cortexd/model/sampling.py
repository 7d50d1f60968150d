"""The body of one chat completion: what the request says, the model's preset, the defaults.  Pure.

Each value is the request's own; without one that of the first preset whose pattern matches the
model's name; without one the daemon's default, or the model server's.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from cortexd.config import SamplingPreset

if TYPE_CHECKING:
    from cortexd.api.messages import Generation
    from cortexd.config import LlmSection
    from cortexd.model.completion import Usage
    from cortexd.model.prompts import Turn

# Parameters that the model server has defaults of its own for.
_OPTIONAL = ("top_p", "top_k", "min_p", "repeat_penalty", "seed")
_NO_PRESET = SamplingPreset()


def build_payload(
    turns: list[Turn], settings: Generation, llm: LlmSection, model: str | None
) -> dict[str, Any]:
    """The body of the chat completion, without its transport options."""
    preset = find_preset(llm, model)
    default = llm.temperature if preset.temperature is None else preset.temperature
    payload: dict[str, Any] = {
        "messages": turns,
        "max_tokens": choose_max_tokens(settings, llm),
        "temperature": default if settings.temperature is UNSET else settings.temperature,
    }
    for name in _OPTIONAL:
        value = getattr(settings, name)
        value = getattr(preset, name) if value is None else value
        if value is not None:
            payload[name] = value
    if settings.stop is not None:
        payload["stop"] = settings.stop
    if settings.json_schema is not None:  # the form that all llama.cpp servers understand
        payload["response_format"] = {"type": "json_object", "schema": settings.json_schema}
    return payload


def find_preset(llm: LlmSection, model: str | None) -> SamplingPreset:
    """The first preset whose pattern matches the model's name, letters' case aside."""
    name = (model or "").lower()
    for pattern, preset in llm.presets.items():
        if fnmatchcase(name, pattern.lower()):
            return preset
    return _NO_PRESET


def choose_max_tokens(settings: Generation, llm: LlmSection) -> int:
    """How long the answer may become."""
    if settings.max_tokens is UNSET:
        return llm.max_tokens_per_request
    return settings.max_tokens


def describe_limits(
    settings: Generation, llm: LlmSection, usage: Usage, context_length: int | None, output: str
) -> list[str]:
    """What the client should know about an answer that is not what it asked for."""
    notes = []
    limit = choose_max_tokens(settings, llm)
    if context_length is not None and limit > context_length:
        notes.append(
            f"max_tokens is {limit}, but the model's context holds {context_length} tokens, "
            "prompt included"
        )
    used = usage.prompt_tokens + usage.tokens
    if usage.finish_reason == "length":
        full = context_length is not None and usage.tokens < limit and used >= context_length
        cause = f"the context of {context_length} tokens is full" if full else "max_tokens"
        what = "the JSON is incomplete" if settings.json_schema is not None else ""
        if full or what:
            end = f"the answer ends after {usage.tokens} tokens ({cause})"
            notes.append(f"{end}: {what}" if what else end)
    if not output.strip():
        notes.extend(_explain_emptiness(usage))
    return notes


def _explain_emptiness(usage: Usage) -> list[str]:
    if usage.calls_tool:
        return ["the model called a tool instead of answering; cortexd has no tools"]
    if usage.reasoning:
        return ["the model reasoned and gave no answer; raise max_tokens"]
    if usage.finish_reason == "content_filter":
        return ["the model server withheld the answer (content_filter)"]
    return []
