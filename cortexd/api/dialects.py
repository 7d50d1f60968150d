"""The three forms of requests and replies, independent of what the commands mean.

A reply speaks the dialect of its request:

``command``   {"command":…}                → {"status":"ok","data":…,"timestamp":…}
``method``    {"method":…}                 → {"success":true,"result":…,"timestamp":…}
``jsonrpc``   {"jsonrpc":"2.0","method":…} → JSON-RPC 2.0, batches and notifications too

Bytes that are not a request are answered in the ``command`` form.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cortexd.api import strictjson
from cortexd.api.errors import CortexError, InvalidRequest, quote

RequestId = str | int | float | None

# Members beside "command" that are not parameters.
_COMMAND_MEMBERS = frozenset({"command", "params", "id"})


class Dialect(Enum):
    """Which of the three forms a request uses."""

    COMMAND = "command"
    METHOD = "method"
    JSONRPC = "jsonrpc"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, independent of its form.

    ``error`` is set when the request names its form but is otherwise malformed: the
    reply uses that form.  A ``notification`` (a JSON-RPC request without an id) is run and
    never answered.
    """

    dialect: Dialect = Dialect.COMMAND
    command: str = ""
    params: dict[str, Any] | list[Any] | None = None
    id: RequestId = None
    has_id: bool = False
    error: CortexError | None = None
    notification: bool = False

    @property
    def expects_reply(self) -> bool:
        """Whether a reply is due."""
        return not self.notification

    def encode_reply(self, data: Any) -> bytes:
        """The final reply to a request that succeeded, without a newline."""
        body = strictjson.dumps(data)
        if self.dialect is Dialect.JSONRPC:
            return b'{"jsonrpc":"2.0","result":%b,"id":%b}' % (body, strictjson.dumps(self.id))
        form = (
            b'{"status":"ok","data":%b,"timestamp":%d%b}'
            if self.dialect is Dialect.COMMAND
            else b'{"success":true,"result":%b,"timestamp":%d%b}'
        )
        return form % (body, time.time(), self._id_member())

    def encode_error(self, error: CortexError) -> bytes:
        """The final reply to a request that failed, without a newline."""
        details = error.wire_details()
        body: dict[str, Any]
        if self.dialect is Dialect.COMMAND:
            body = {"code": error.code, "message": error.message, "details": details}
            form = b'{"status":"error","error":%b,"timestamp":%d%b}'
            return form % (strictjson.dumps(body), time.time(), self._id_member())
        if self.dialect is Dialect.METHOD:
            body = {"code": error.number, "message": error.message, "data": details}
            form = b'{"success":false,"error":%b,"timestamp":%d%b}'
            return form % (strictjson.dumps(body), time.time(), self._id_member())
        data = {"code": error.code, **details}
        body = {"code": error.number, "message": error.message, "data": data}
        form = b'{"jsonrpc":"2.0","error":%b,"id":%b}'
        return form % (strictjson.dumps(body), strictjson.dumps(self.id))

    def encode_event(self, name: str, data: dict[str, Any]) -> bytes:
        """A line before the final reply of a streaming command, without a newline."""
        if self.dialect is Dialect.JSONRPC:
            # The request's id, whatever the data call theirs: an alert has its own in "uuid" too.
            params = {**data, "id": self.id}
            return strictjson.dumps({"jsonrpc": "2.0", "method": name, "params": params})
        body = strictjson.dumps(data)
        return b'{"event":%b,"data":%b%b}' % (strictjson.dumps(name), body, self._id_member())

    def _id_member(self) -> bytes:
        return b',"id":%b' % strictjson.dumps(self.id) if self.has_id else b""


UNKNOWN = Call()
"""Stands for a request whose form is unknown."""


def parse_request(value: Any) -> Call | list[Call]:
    """The call in one parsed frame, or a list of them for a JSON-RPC batch.

    Raises:
        InvalidRequest: the value is neither an object nor a batch.
    """
    if isinstance(value, dict):
        return _parse_call(value)
    if isinstance(value, list):
        if not value:
            error = InvalidRequest("the batch is empty; send at least one request")
            return Call(Dialect.JSONRPC, error=error)
        return [_parse_member(member) for member in value]
    raise InvalidRequest(
        f"a request must be a JSON object, not {_name_type(value)}: {quote(value)}",
        hint='send, for example: {"command":"ping"}',
    )


def _parse_member(member: Any) -> Call:
    if isinstance(member, dict) and "jsonrpc" in member:
        return _parse_call(member)
    error = InvalidRequest("a batch may contain only JSON-RPC 2.0 requests")
    return Call(Dialect.JSONRPC, error=error)


def _parse_call(request: dict[str, Any]) -> Call:
    if "jsonrpc" in request:
        dialect, name_key = Dialect.JSONRPC, "method"
    elif "command" in request:
        dialect, name_key = Dialect.COMMAND, "command"
    elif "method" in request:
        dialect, name_key = Dialect.METHOD, "method"
    else:
        raise InvalidRequest(
            'the request has neither "command" nor "method", only '
            + (", ".join(quote(key) for key in list(request)[:5]) or "an empty object"),
            hint='send, for example: {"command":"ping"}',
        )
    has_id = "id" in request
    request_id = request.get("id")
    if isinstance(request_id, bool | dict | list):
        error = InvalidRequest(f'"id" must be text or a number, not {_name_type(request_id)}')
        return Call(dialect, error=error)
    try:
        command, params = _parse_members(dialect, name_key, request)
    except InvalidRequest as error:
        return Call(dialect, id=request_id, has_id=has_id, error=error)
    notification = dialect is Dialect.JSONRPC and not has_id
    return Call(dialect, command, params, request_id, has_id, notification=notification)


def _parse_members(
    dialect: Dialect, name_key: str, request: dict[str, Any]
) -> tuple[str, dict[str, Any] | list[Any] | None]:
    """The command's name and its parameters; a list of them is for the command to refuse."""
    command = request.get(name_key)
    if dialect is Dialect.JSONRPC and request["jsonrpc"] != "2.0":
        raise InvalidRequest(f'"jsonrpc" must be "2.0", not {quote(request["jsonrpc"])}')
    if not isinstance(command, str):
        raise InvalidRequest(
            f'"{name_key}" must be the name of a command, not {_name_type(command)}'
        )
    params = request.get("params")
    if params is not None and not isinstance(params, dict | list):
        raise InvalidRequest(f'"params" must be an object, not {_name_type(params)}')
    if dialect is Dialect.COMMAND and len(request) > 1 and not request.keys() <= _COMMAND_MEMBERS:
        inline = {key: value for key, value in request.items() if key not in _COMMAND_MEMBERS}
        named = params or {}
        if isinstance(named, list):
            raise InvalidRequest('"params" must be an object beside other parameters')
        for key in inline.keys() & named:
            raise InvalidRequest(f'{quote(key)} appears both inside and beside "params"')
        params = {**inline, **named}
    return command, params


def _name_type(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "text", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
