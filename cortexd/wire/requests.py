"""Parse one frame into the calls that it contains, or an error that says why not; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.api import strictjson
from cortexd.api.dialects import parse_request
from cortexd.api.errors import InvalidJson, RequestTooLarge
from cortexd.api.framing import Kind

if TYPE_CHECKING:
    from cortexd.api.dialects import Call

_LINE, _BARE = Kind.LINE, Kind.BARE  # read for each frame, see connection.py


def parse_frame(kind: Kind, data: bytes, limit_bytes: int) -> Call | list[Call]:
    """The call of one frame, or the list of them for a JSON-RPC batch.

    Raises:
        InvalidJson: the bytes are not JSON.
        InvalidRequest: they are, and are no request.
        RequestTooLarge: the frame is longer than ``limit_bytes``.
    """
    if kind is _LINE or kind is _BARE:
        return parse_request(strictjson.loads(data))
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
