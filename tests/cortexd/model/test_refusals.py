"""HTTP errors of model servers, as llama.cpp and others word them."""

from __future__ import annotations

import json

import pytest

from cortexd.api.errors import ContextExceeded, CortexError, InvalidParams, LlmUnavailable
from cortexd.model.refusals import explain_status


def explain(status: int, message: object) -> CortexError:
    return explain_status(status, json.dumps({"error": {"message": message}}).encode(), 512)


def test_a_schema_that_is_refused_says_why_and_where() -> None:
    # as llama-server b9391 words it
    error = explain(
        400,
        "Unable to generate parser for this template. Automatic parser generation failed: "
        "JSON schema error at #/properties/a: unrecognized type nonsense",
    )
    assert isinstance(error, InvalidParams)
    assert error.message == (
        "the model server rejected the JSON schema at #/properties/a: 'unrecognized type nonsense'"
    )
    assert error.details["param"] == "json_schema"


def test_a_long_reason_is_whole() -> None:
    reason = "roles must alternate, " * 10
    assert reason in explain(400, reason).message


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, InvalidParams), (401, LlmUnavailable), (404, LlmUnavailable), (500, LlmUnavailable)],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":"x"}', b'{"error":5}', b"\xff"])
def test_any_body_is_an_error(status: int, kind: type[CortexError], body: bytes) -> None:
    assert type(explain_status(status, body, None)) is kind


def test_an_exceeded_context() -> None:
    body = json.dumps({"error": {"type": "exceed_context_size_error", "n_ctx": 512}}).encode()
    assert isinstance(explain_status(400, body, None), ContextExceeded)
