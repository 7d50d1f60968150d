"""Events of a chat completion, as the servers that there are send them."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.errors import InvalidParams, LlmUnavailable
from cortexd.api.messages import InferenceParams
from cortexd.config import LlmSection
from cortexd.model.completion import (
    Usage,
    build_payload,
    explain_status,
    extract_text,
    parse_context_error,
)
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


def test_only_what_says_so_is_an_exceeded_context() -> None:
    assert parse_context_error({"message": "bad", "type": "invalid_request_error"}, 512) is None


@pytest.mark.parametrize("message", ["", "5", "no numbers", "512 tokens"])
def test_an_exceeded_context_without_numbers(message: str) -> None:
    error = parse_context_error({"type": "exceed_context_size_error", "message": message}, 512)
    assert error is not None
    assert error.details["context_length"] == 512


def test_a_payload_has_what_the_request_sets_and_defaults_for_the_rest() -> None:
    llm = LlmSection(max_tokens_per_request=7, temperature=0.5)
    plain = build_payload([], InferenceParams(prompt="x"), llm)
    assert plain == {"messages": [], "max_tokens": 7, "temperature": 0.5}
    settings = InferenceParams(prompt="x", max_tokens=9, temperature=0, seed=3, json_schema={})
    assert build_payload([], settings, llm) == {
        "messages": [],
        "max_tokens": 9,
        "temperature": 0,
        "seed": 3,
        "response_format": {"type": "json_object", "schema": {}},
    }


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, LlmUnavailable, "rejected the API key"),
        (400, InvalidParams, "rejected the request: 'no'"),
        (404, LlmUnavailable, "HTTP 404"),
        (500, LlmUnavailable, "HTTP 500: 'no'"),
    ],
)
def test_a_status_is_explained(status: int, kind: type[Exception], said: str) -> None:
    error = explain_status(status, b'{"error": {"message": "no"}}', None)
    assert type(error) is kind
    assert said in error.message
