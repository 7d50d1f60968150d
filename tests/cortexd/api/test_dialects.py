"""The three forms of request and reply, over the daemon's socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.dialects import Call, Dialect, parse_request
from cortexd.api.errors import InvalidRequest
from tests.support.daemon import RunningDaemon


def without_time(reply: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(reply.pop("timestamp"), int)
    return reply


def test_command_form(cortexd: RunningDaemon) -> None:
    assert without_time(cortexd.request({"command": "ping"})) == {
        "status": "ok",
        "data": {"pong": True},
    }
    error = without_time(cortexd.request({"command": "pong", "id": 7}))
    assert error["status"] == "error"
    assert error["id"] == 7
    assert error["error"]["code"] == "INVALID_COMMAND"
    assert error["error"]["details"]["hint"] == "did you mean ping?"


def test_method_form(cortexd: RunningDaemon) -> None:
    reply = without_time(cortexd.request({"method": "ping", "id": "x"}))
    assert reply == {"success": True, "result": {"pong": True}, "id": "x"}
    error = without_time(cortexd.request({"method": "ping", "params": {"a": 1}}))
    assert error["success"] is False
    assert error["error"]["code"] == -32602


def test_jsonrpc_form(cortexd: RunningDaemon) -> None:
    reply = cortexd.request({"jsonrpc": "2.0", "method": "ping", "id": 1})
    assert reply == {"jsonrpc": "2.0", "result": {"pong": True}, "id": 1}
    error = cortexd.request({"jsonrpc": "2.0", "method": "nope!", "id": None})
    assert error["error"]["code"] == -32601
    assert error["error"]["data"]["code"] == "INVALID_COMMAND"
    assert error["id"] is None


def test_batches_and_notifications(cortexd: RunningDaemon) -> None:
    ping = {"jsonrpc": "2.0", "method": "ping"}
    with cortexd.session() as session:
        session.send(
            [{**ping, "id": 1}, ping, {**ping, "method": "x", "id": 2}, 5, {"command": "ping"}]
        )
        replies: Any = session.line()
        assert [reply.get("id") for reply in replies] == [1, 2, None, None]
        assert [reply["error"]["code"] for reply in replies[1:]] == [-32601, -32600, -32600]
        session.send([ping, ping], ping, {**ping, "id": 3})  # only the last is answered
        assert session.line()["id"] == 3


@pytest.mark.parametrize("request_id", [0, -1, 1.5, "", "ü", "x" * 1000, 2**53, 10**30])
def test_an_id_comes_back_as_it_was(cortexd: RunningDaemon, request_id: Any) -> None:
    for form in ({"command": "ping"}, {"method": "ping"}, {"jsonrpc": "2.0", "method": "ping"}):
        assert cortexd.request({**form, "id": request_id})["id"] == request_id
        assert cortexd.request({**form, "id": request_id, "params": {"x": 1}})["id"] == request_id


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"{}", "INVALID_REQUEST"),
        (b'"ping"\n', "INVALID_REQUEST"),
        (b"123\n", "INVALID_REQUEST"),
        (b"null\n", "INVALID_REQUEST"),
        (b'{"command":5}', "INVALID_REQUEST"),
        (b'{"command":null}', "INVALID_REQUEST"),
        (b'{"command":"ping","id":{}}', "INVALID_REQUEST"),
        (b'{"command":"ping","id":true}', "INVALID_REQUEST"),
        (b'{"command":"ping","params":[1]}', "INVALID_PARAMS"),
        (b'{"command":"ping","params":5}', "INVALID_REQUEST"),
        (b'{"command":"ping","params":"x"}', "INVALID_REQUEST"),
        (b'{"command":"inference","prompt":"a","params":["b"]}', "INVALID_REQUEST"),
        (b'{"command":"inference","prompt":"a","params":{"prompt":"b"}}', "INVALID_REQUEST"),
        (b'{"command":"ping","x":1}', "INVALID_PARAMS"),
        (b'{"command":"ping","params":{"x":1}}', "INVALID_PARAMS"),
        (b'{"command":""}', "INVALID_COMMAND"),
    ],
)
def test_what_is_no_request(cortexd: RunningDaemon, sent: bytes, code: str) -> None:
    assert cortexd.errors(sent) == [code]


def test_a_wrong_jsonrpc_version_is_answered_in_that_form(cortexd: RunningDaemon) -> None:
    reply = cortexd.request({"jsonrpc": "1.0", "method": "ping", "id": 1})
    assert reply["error"]["code"] == -32600
    assert "1.0" in reply["error"]["message"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["jsonrpc", "command", "method", "id", "params", "x"]), inner, max_size=4
    ),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_any_value_is_calls_or_refused(value: Any) -> None:
    try:
        calls = parse_request(value)
    except InvalidRequest:
        return
    for call in [calls] if isinstance(calls, Call) else calls:
        json.loads(call.encode_reply({"a": 1}))
        assert call.dialect in Dialect


PONG = {"pong": True}
# The specification's own examples, and the edges that it defines: what is sent, the reply.
SPECIFIED = [
    ('{"jsonrpc":"2.0","method":"ping","params":[],"id":1}', {"id": 1, "result": PONG}),
    ('{"jsonrpc":"2.0","method":"ping","params":{},"id":"a"}', {"id": "a", "result": PONG}),
    ('{"jsonrpc":"2.0","method":"ping","params":[1],"id":1}', {"id": 1, "error": -32602}),
    ('{"jsonrpc":"2.0","method":"alerts","params":["x"],"id":1}', {"id": 1, "error": -32602}),
    ('{"jsonrpc":"2.0","method":"foobar","params":[1],"id":"1"}', {"id": "1", "error": -32601}),
    ('{"jsonrpc":"2.0","method":"ping","params":"bar","id":1}', {"id": 1, "error": -32600}),
    ('{"jsonrpc":"2.0","method":1,"params":"bar"}', {"id": None, "error": -32600}),
    ('{"jsonrpc":"2.0","method":"foobar, "params":"bar","baz]', {"id": None, "error": -32700}),
    ('[{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":"1"},{"jsonrpc":"2.0","method"',
     {"id": None, "error": -32700}),
    ("[]", {"id": None, "error": -32600}),
    ("[1]", [{"id": None, "error": -32600}]),
    ("[1,2,3]", [{"id": None, "error": -32600}] * 3),
    ('{"jsonrpc":"2.0","method":"ping","id":null}', {"id": None, "result": PONG}),
    ('{"jsonrpc":"2.0","method":"ping","id":{}}', {"id": None, "error": -32600}),
]  # fmt: skip


def shorten(reply: Any) -> Any:
    if isinstance(reply, list):
        return [shorten(each) for each in reply]
    assert reply.pop("jsonrpc") == "2.0"
    if "error" in reply:
        assert reply["error"]["message"]
        reply["error"] = reply["error"]["code"]
    return reply


@pytest.mark.parametrize(("sent", "expected"), SPECIFIED, ids=[sent for sent, _ in SPECIFIED])
def test_jsonrpc_as_specified(cortexd: RunningDaemon, sent: str, expected: Any) -> None:
    for received in (cortexd.exchange(sent.encode()), cortexd.exchange(sent.encode() + b"\n")):
        assert shorten(json.loads(received)) == expected


@pytest.mark.parametrize("params", [b"[]", b"{}", b"null"])
@pytest.mark.parametrize("name", [b"command", b"method"])
def test_no_parameters_may_be_an_empty_list(
    cortexd: RunningDaemon, name: bytes, params: bytes
) -> None:
    assert cortexd.errors(b'{"%b":"ping","params":%b}' % (name, params)) == ["ok"]


def test_an_events_own_id_does_not_replace_that_of_the_request() -> None:
    call = Call(Dialect.JSONRPC, "alerts.watch", id=7, has_id=True)
    event = json.loads(call.encode_event("alert.raised", {"id": "a-1", "title": "x"}))
    assert event == {
        "jsonrpc": "2.0", "method": "alert.raised", "params": {"id": 7, "title": "x"},
    }  # fmt: skip


def test_content_length_framing_is_explained_and_the_request_answered(
    cortexd: RunningDaemon,
) -> None:
    body = b'{"jsonrpc":"2.0","method":"ping","id":1}'
    first, second = cortexd.exchange(
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    ).splitlines()
    assert "Content-Length" in json.loads(first)["error"]["details"]["hint"]
    assert json.loads(second)["result"] == {"pong": True}
