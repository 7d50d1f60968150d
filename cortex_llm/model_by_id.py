"""``GET /v1/models/ID``, which llama.cpp's server lacks, made from ``GET /v1/models``.  No I/O.

The relay sends the request on for the list, and makes the reply to it the one for the model.
Anything but a whole request without a body, and anything but a reply of 200 with the list, passes
as it is.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import httptools

# The head of a request that has nothing after it.
REQUEST = re.compile(rb"GET (/v1/models)/([^\s?#]{1,400})(?=[ ?#])")
HEAD_END = b"\r\n\r\n"
MAX_REPLY_BYTES = 256 * 1024  # a list of one model has 2 KiB


def rewrite_request(data: bytes) -> tuple[str, bytes] | None:
    """The model's id and the request for the list; None for any other request."""
    found = REQUEST.match(data)
    if found is None or not data.endswith(HEAD_END) or data.count(HEAD_END) != 1:
        return None
    model_id = unquote(found[2].decode("ascii", "replace"))
    return model_id, found[0][: found.end(1)] + data[found.end() :]


class ListReply:
    """Collects the reply to the request for the list, and makes the other one of it."""

    def __init__(self, model_id: str) -> None:
        self._model_id = model_id
        self.raw = b""  # what has come, as it came
        self._body = b""
        self._complete = False
        self._parser: Any = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> bytes | None:
        """The reply for the client, once it is complete; what cannot be read passes as it is."""
        self.raw += data
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return self.raw
        if self._complete:
            return self._make_reply()
        return self.raw if len(self.raw) > MAX_REPLY_BYTES else None

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """The reply is complete."""
        self._complete = True

    def _make_reply(self) -> bytes:
        if self._parser.get_status_code() != 200:
            return self.raw
        try:
            models = json.loads(self._body)["data"]
            found = next((model for model in models if model["id"] == self._model_id), None)
        except (ValueError, KeyError, TypeError):
            return self.raw
        if found is not None:
            return _format_reply(b"200 OK", found)
        message = f"The model {self._model_id[:100]!r} does not exist"
        error = {"code": 404, "message": message, "type": "not_found_error"}
        return _format_reply(b"404 Not Found", {"error": error})


def _format_reply(status: bytes, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json; charset=utf-8\r\n" % status
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
