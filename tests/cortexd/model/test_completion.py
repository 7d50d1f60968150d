"""Events of a chat completion, as the servers that there are send them."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.errors import LlmUnavailable
from cortexd.model.completion import Usage, extract_text, parse_context_error
from cortexd.model.sse import Malformed

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "usage", "error", "finish_reason", "model"]
            ),
            inner,
            max_size=4,
        )
    ),
)


def test_an_answer_s_events() -> None:
    usage = Usage()
    events = [
        {"choices": [{"delta": {"role": "assistant", "content": None}}], "model": "m"},
        {"choices": [{"delta": {"content": "a"}}]},
        {"choices": [{"delta": {}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
    ]
    assert [extract_text(json.dumps(event).encode(), usage) for event in events] == [
        "",
        "a",
        "",
        "",
    ]
    assert (usage.prompt_tokens, usage.tokens) == (3, 1)
    assert (usage.finish_reason, usage.model) == ("length", "m")


@given(json_values | st.binary(max_size=50))
def test_anything_is_text_or_refused(value: object) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    with contextlib.suppress(Malformed, LlmUnavailable):
        assert isinstance(extract_text(data, Usage()), str)


def read(*events: object) -> tuple[str, Usage]:
    usage = Usage()
    return "".join(extract_text(json.dumps(event).encode(), usage) for event in events), usage


def test_null_is_absence() -> None:
    text, usage = read(
        {"choices": None, "usage": None, "model": None, "timings": None, "error": None},
        {"choices": [{"delta": None, "finish_reason": None}]},
        {"choices": [{"delta": {"content": "a", "tool_calls": None}}], "usage": None},
        {"choices": [], "usage": {"prompt_tokens": None, "completion_tokens": None}},
    )
    assert (text, usage.tokens, usage.prompt_tokens) == ("a", 1, 0)


def test_content_as_a_list_of_parts() -> None:
    parts = [{"type": "text", "text": "a"}, "b", {"type": "image_url"}, {"text": None}, 5]
    assert read({"choices": [{"delta": {"content": parts}}]})[0] == "ab"


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart(member: str) -> None:
    text, usage = read(
        {"choices": [{"delta": {member: "hm, "}}]},
        {"choices": [{"delta": {member: "yes", "content": None}}]},
        {"choices": [{"delta": {"content": "42"}}]},
    )
    assert (text, usage.reasoning, usage.tokens) == ("42", ["hm, ", "yes"], 3)


def test_a_refusal_is_the_answer_and_a_tool_call_is_noted() -> None:
    assert read({"choices": [{"delta": {"refusal": "No."}}]})[0] == "No."
    assert read({"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]})[1].calls_tool


@pytest.mark.parametrize(
    ("timings", "speed"),
    [
        ({"predicted_n": 40, "predicted_ms": 800.0, "cache_n": 5}, 50.0),
        ({"predicted_n": 40, "predicted_ms": 0}, None),
        ({"predicted_n": None, "predicted_ms": None}, None),
        ({}, None),
    ],
)
def test_the_servers_own_timings(timings: object, speed: float | None) -> None:
    usage = read({"choices": [], "timings": timings})[1]
    assert usage.tokens_per_second == speed


def test_only_what_says_so_is_an_exceeded_context() -> None:
    assert parse_context_error({"message": "bad", "type": "invalid_request_error"}, 512) is None


@pytest.mark.parametrize("message", ["", "5", "no numbers", "512 tokens"])
def test_an_exceeded_context_without_numbers(message: str) -> None:
    error = parse_context_error({"type": "exceed_context_size_error", "message": message}, 512)
    assert error is not None
    assert error.details["context_length"] == 512
