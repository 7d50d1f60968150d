"""A web server for models that misbehaves on order, as networks do.

with model_host(content) as host:
    host.url                    # http://127.0.0.1:PORT/model.gguf
    host.cuts = 2               # the next two answers break off in the middle
    host.corrupt = True         # one byte is wrong
    host.dead = True            # after the first, no answer has a body
    host.stalls = 1             # the next answer stops in the middle and says no more
    host.pause = 0.01           # seconds between pieces: a slow network
    host.requests               # the Range headers that came
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 16 * 1024
STALL_S = 3.0


@dataclass
class ModelHost:
    """What is served, and how."""

    content: bytes
    url: str = ""
    cuts: int = 0
    stalls: int = 0
    dead: bool = False
    corrupt: bool = False
    pause: float = 0.0
    status: int = 200
    ranges: bool = True
    tag: str = '"v1"'
    linked_sha256: bool = False
    redirect: bool = False
    requests: list[str | None] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """The checksum of what is whole."""
        return hashlib.sha256(self.content).hexdigest()


@contextlib.contextmanager
def model_host(content: bytes) -> Iterator[ModelHost]:
    """Serve `content` until the end of the block."""
    host = ModelHost(content)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host.requests.append(self.headers.get("Range"))
            with contextlib.suppress(ConnectionError):
                _answer(self, host)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}/model.gguf"
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, host: ModelHost) -> None:
    if host.redirect and request.path == "/model.gguf":
        request.send_response(302)
        request.send_header("Location", "/blob")
        request.send_header("X-Linked-Size", str(len(host.content)))
        request.send_header("X-Linked-ETag", f'"{host.sha256}"')
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    if host.status != 200:
        request.send_response(host.status)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    body = bytearray(host.content)
    if host.corrupt:
        body[len(body) // 2] ^= 1
    start = 0
    asked = request.headers.get("Range")
    current = request.headers.get("If-Range") in (None, host.tag)
    if asked and host.ranges and current:
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        request.send_response(206)
        request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
    else:
        request.send_response(200)
    request.send_header("Content-Length", str(len(body) - start))
    request.send_header("ETag", host.tag)
    if host.ranges:
        request.send_header("Accept-Ranges", "bytes")
    if host.linked_sha256:
        request.send_header("X-Linked-ETag", f'"{host.sha256}"')
    request.end_headers()
    first_look = not asked and not host.requests[:-1]
    _send(request, host, bytes(body[start:]), whole=first_look)


def _send(request: BaseHTTPRequestHandler, host: ModelHost, body: bytes, *, whole: bool) -> None:
    """Piece by piece; the very first request only asks for the headers and is spared."""
    if host.dead and not whole:
        request.close_connection = True
        request.connection.close()
        return
    middle = len(body) // 2
    for at in range(0, len(body), PIECE):
        if at >= middle and not whole:
            if host.cuts:
                host.cuts -= 1
                request.close_connection = True
                request.connection.close()
                return
            if host.stalls:
                host.stalls -= 1
                time.sleep(STALL_S)
                request.close_connection = True
                return
        request.wfile.write(body[at : at + PIECE])
        if host.pause:
            time.sleep(host.pause)
