"""Parse one frame into the calls that it contains, or an error that says why not; no I/O."""

from __future__ import annotations

from cortexd.api import strictjson
from cortexd.api.dialects import Call, Dialect, parse_request
from cortexd.api.errors import InvalidJson, InvalidRequest, RequestTooLarge
from cortexd.api.framing import Kind

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
        value = strictjson.loads(data)
        if type(value) is list and len(value) > batch_size:
            return _refuse_batch(len(value), batch_size)
        return parse_request(value)
    if kind is Kind.GARBAGE:
        raise InvalidJson(
            f"a request must be a JSON object; this one starts with byte 0x{data[0]:02x}",
            hint='send, for example: {"command":"ping"}',
        )
    raise RequestTooLarge(
        f"the request is longer than {limit_bytes} bytes",
        hint="raise limits.max_frame_bytes in daemon.yaml",
        limit=limit_bytes,
    )


def _refuse_batch(size: int, limit: int) -> Call:
    error = InvalidRequest(
        f"the batch holds {size} requests; the limit is {limit}",
        hint="send several batches, or raise limits.batch_size in daemon.yaml",
        limit=limit,
    )
    return Call(Dialect.JSONRPC, error=error)
