"""One frame: a call, a batch, or an error with the value and the limit."""

from __future__ import annotations

import pytest

from cortexd.api.dialects import Call, Dialect
from cortexd.api.errors import CortexError, InvalidJson, InvalidRequest, RequestTooLarge
from cortexd.api.framing import Kind
from cortexd.wire.requests import parse_frame


@pytest.mark.parametrize("kind", [Kind.LINE, Kind.BARE])
def test_a_request_and_a_batch(kind: Kind) -> None:
    call = parse_frame(kind, b'{"command":"ping","id":7}', 1024, 2)
    assert isinstance(call, Call)
    assert (call.command, call.id) == ("ping", 7)
    calls = parse_frame(kind, b'[{"jsonrpc":"2.0","method":"ping","id":1}]', 1024, 2)
    assert isinstance(calls, list)
    assert [call.command for call in calls] == ["ping"]


@pytest.mark.parametrize(
    ("kind", "data", "error", "text"),
    [
        (Kind.LINE, b"{", InvalidJson, "not JSON"),
        (Kind.LINE, b"5", InvalidRequest, "a request must be a JSON object"),
        (Kind.GARBAGE, b"h", InvalidJson, "byte 0x68"),
        (Kind.EMPTY, b"", InvalidJson, "white space and nothing else"),
        (Kind.TOO_LARGE, b"", RequestTooLarge, "longer than 1024 bytes"),
    ],
)
def test_what_is_no_request(kind: Kind, data: bytes, error: type[CortexError], text: str) -> None:
    with pytest.raises(error, match=text):
        parse_frame(kind, data, 1024, 2)


def test_a_batch_past_its_limit_is_refused_in_its_own_form() -> None:
    batch = b'[{"jsonrpc":"2.0","method":"ping","id":1},3,4]'
    call = parse_frame(Kind.LINE, batch, 1024, 2)
    assert isinstance(call, Call)
    assert (call.dialect, call.expects_reply) == (Dialect.JSONRPC, True)
    assert isinstance(call.error, InvalidRequest)
    assert call.error.message == "the batch holds 3 requests; the limit is 2"


def test_json_that_is_broken_is_answered_in_the_form_that_it_was_meant_in() -> None:
    call = parse_frame(
        Kind.LINE, b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "b]', 1024, 2
    )
    assert isinstance(call, Call)
    assert (call.dialect, call.id, call.expects_reply) == (Dialect.JSONRPC, None, True)
    assert isinstance(call.error, InvalidJson)


@pytest.mark.parametrize(
    ("first", "hint"), [(b"C", "Content-Length"), (b"G", "HTTP"), (b"h", "for example")]
)
def test_another_protocol_is_named(first: bytes, hint: str) -> None:
    with pytest.raises(InvalidJson) as raised:
        parse_frame(Kind.GARBAGE, first, 1024, 2)
    assert hint in str(raised.value.hint)
