"""Parse one frame into the calls that it contains, or an error that says why not; no I/O."""

from __future__ import annotations

from cortexd.api import strictjson
from cortexd.api.dialects import Call, Dialect, parse_request
from cortexd.api.errors import CortexError, InvalidJson, InvalidRequest, RequestTooLarge
from cortexd.api.framing import Kind

EXAMPLE = '{"command":"ping"}'

_LINE, _BARE = Kind.LINE, Kind.BARE  # read for each frame, see connection.py


def parse_frame(kind: Kind, data: bytes, limit_bytes: int, batch_size: int) -> Call | list[Call]:
    """The call of one frame, or the list of them for a JSON-RPC batch.

    A batch of more than ``batch_size`` requests becomes one call that is refused.

    Raises:
        InvalidJson: the bytes are not JSON.
        InvalidRequest: they are, and are no request.
        RequestTooLarge: the frame is longer than ``limit_bytes``.
    """
    if kind is _LINE or kind is _BARE:
        try:
            value = strictjson.loads(data)
        except InvalidJson as error:
            if b'"jsonrpc"' in data:  # whoever sent it reads that form only
                return Call(Dialect.JSONRPC, error=error)
            raise
        if type(value) is list and len(value) > batch_size:
            return _refuse_batch(len(value), batch_size)
        return parse_request(value)
    if kind is Kind.GARBAGE:
        raise _garbage_error(data)
    if kind is Kind.EMPTY:
        raise InvalidJson(
            "the request holds white space and nothing else", hint=f"send, for example: {EXAMPLE}"
        )
    raise RequestTooLarge(
        f"the request is longer than {limit_bytes} bytes",
        hint="raise limits.max_frame_bytes in daemon.yaml",
        limit=limit_bytes,
    )


def _garbage_error(data: bytes) -> CortexError:
    """Says what is wrong; what may be the first line of another protocol gets a hint of its own."""
    byte = f"byte 0x{data[0]:02x}" + (f" ({chr(data[0])})" if 0x20 < data[0] < 0x7F else "")
    hint = f"send, for example: {EXAMPLE}"
    if data in b"Cc":
        hint = f"a Content-Length header has no place here; send the object alone: {EXAMPLE}"
    elif data in b"DGHOP":
        hint = f"this socket does not speak HTTP; {hint}"
    return InvalidJson(f"a request must be a JSON object; this one starts with {byte}", hint=hint)


def _refuse_batch(size: int, limit: int) -> Call:
    error = InvalidRequest(
        f"the batch holds {size} requests; the limit is {limit}",
        hint="send several batches, or raise limits.batch_size in daemon.yaml",
        limit=limit,
    )
    return Call(Dialect.JSONRPC, error=error)
