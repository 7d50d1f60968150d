"""What a model server's HTTP status and error body mean, as errors of the protocol.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortexd.api.errors import InvalidParams, LlmUnavailable, quote
from cortexd.model.completion import parse_context_error
from cortexd.model.server_info import json_member

if TYPE_CHECKING:
    from cortexd.api.errors import CortexError

# llama.cpp puts what is wrong with a schema behind a sentence about its own parser.
_SCHEMA_FAULT = re.compile(r"JSON schema (?:error|conversion failed)(?: at (#[^\s:]{0,200}))?:?\s")
# A reason is a sentence; more is a page of HTML or an echo of the request.
MAX_REASON_CHARS = 300


def explain_status(status: int, body: bytes, context_length: int | None) -> CortexError:
    """The error for an HTTP status other than 200; ``context_length`` is the model's, if known."""
    error = json_member(body, "error")
    if not isinstance(error, dict):
        error = {"message": error if isinstance(error, str) else body[:200].decode("latin-1")}
    reason = str(error.get("message", ""))
    if exceeded := parse_context_error(error, context_length):
        return exceeded
    if status in (401, 403):
        return LlmUnavailable(
            "the model server rejected the API key",
            hint="llm.api_key_file must contain the key set in /etc/cortex/llm.env",
        )
    if 400 <= status < 500 and status not in (404, 405):
        return _explain_rejection(reason)
    return LlmUnavailable(
        f"the model server returned HTTP {status}: {quote(reason, MAX_REASON_CHARS)}",
        hint="see why: journalctl -u cortex-llm -n 50",
    )


def _explain_rejection(reason: str) -> InvalidParams:
    if fault := _SCHEMA_FAULT.search(reason):
        place = f" at {fault[1]}" if fault[1] else ""
        what = quote(reason[fault.end() :], MAX_REASON_CHARS)
        return InvalidParams(
            f"the model server rejected the JSON schema{place}: {what}", param="json_schema"
        )
    return InvalidParams(
        f"the model server rejected the request: {quote(reason, MAX_REASON_CHARS)}"
    )
