"""What is sent for a request, and what is said about an answer that is not what was asked for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cortexd.api.messages import InferenceParams
from cortexd.config import LlmSection
from cortexd.model.completion import Usage
from cortexd.model.sampling import build_payload, describe_limits

PRESETS = {
    "Qwen2.5*": {"temperature": 0.2, "repeat_penalty": 1.05, "min_p": 0.1},
    "*": {"top_k": 20},
}


def settings(**fields: Any) -> InferenceParams:
    return msgspec.convert({"prompt": "x", **fields}, InferenceParams)


def payload(model: str | None, **fields: Any) -> dict[str, Any]:
    llm = msgspec.convert({"presets": PRESETS}, LlmSection)
    return build_payload([], settings(**fields), llm, model)


def test_a_request_a_preset_and_the_defaults() -> None:
    sent = payload("qwen2.5 0.5b instruct", repeat_penalty=1.2)
    assert sent["repeat_penalty"] == 1.2  # the request's
    assert (sent["temperature"], sent["min_p"]) == (0.2, 0.1)  # the preset's
    assert "top_k" not in sent  # only the first preset that matches counts
    assert sent["max_tokens"] == 256
    assert payload("other", temperature=0) == {
        "messages": [],
        "max_tokens": 256,
        "temperature": 0,
        "top_k": 20,
    }
    assert payload(None)["top_k"] == 20


@pytest.mark.parametrize(
    ("field", "value"),
    [("repeat_penalty", 0), ("repeat_penalty", 2.5), ("min_p", -0.1), ("min_p", 2), ("top_k", -1)],
)
def test_values_out_of_range_are_refused(field: str, value: float) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        settings(**{field: value})


def notes(usage: Usage, context: int | None = 512, output: str = "x", **fields: Any) -> list[str]:
    return describe_limits(settings(**fields), LlmSection(), usage, context, output)


def test_a_complete_answer_needs_no_words() -> None:
    assert notes(Usage(10, 5, "stop")) == []
    assert notes(Usage(10, 5, "length"), max_tokens=5) == []  # finish_reason says it


def test_max_tokens_above_the_context() -> None:
    (note,) = notes(Usage(10, 5, "stop"), max_tokens=4000)
    assert note.startswith("max_tokens is 4000, but the model's context holds 512 tokens")


def test_a_schema_reply_that_is_cut_short() -> None:
    (note,) = notes(Usage(10, 5, "length"), max_tokens=5, json_schema={})
    assert note == "the answer ends after 5 tokens (max_tokens): the JSON is incomplete"


def test_a_context_that_is_full() -> None:
    (note,) = notes(Usage(500, 12, "length"))
    assert note == "the answer ends after 12 tokens (the context of 512 tokens is full)"


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (Usage(finish_reason="stop", reasoning=["hm"]), "reasoned and gave no answer"),
        (Usage(finish_reason="tool_calls", calls_tool=True), "called a tool"),
        (Usage(finish_reason="content_filter"), "withheld"),
    ],
)
def test_an_empty_answer_is_explained(usage: Usage, words: str) -> None:
    (note,) = notes(usage, output=" ")
    assert words in note
