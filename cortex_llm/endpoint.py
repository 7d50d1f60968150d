"""Where a model server listens, and one HTTP request to it.

An address is TCP or a Unix socket; `parse_host` reads both from CORTEX_LLM_HOST. The
client is http.client: blocking, a connection per request, every wait bounded. It is for
readiness and preflight; cortexd has its own, asynchronous one.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNIX_PREFIX = "unix:"
SOCKET_SUFFIX = ".sock"  # by this suffix llama.cpp tells a socket from a host name
MAX_SOCKET_PATH = 107  # bytes in sockaddr_un, less the NUL
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\Z|\[?[0-9A-Fa-f:.]+\]?\Z")
MAX_REPLY = 16 << 20  # more than any reply to what we ask; a stranger's port may send anything


@dataclass(frozen=True)
class TcpEndpoint:
    """A host name or address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def arguments(self) -> list[str]:
        """The flags by which a llama.cpp server listens here."""
        return ["--host", self.host, "--port", str(self.port)]

    def connect(self, timeout: float) -> socket.socket:
        """Open a connection; raises OSError."""
        return socket.create_connection((self._reachable(), self.port), timeout)

    def _reachable(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


@dataclass(frozen=True)
class UnixEndpoint:
    """A Unix socket; who may use it is a matter of its folder's mode."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it: always."""
        return True

    def arguments(self) -> list[str]:
        """The flags by which a llama.cpp server listens here."""
        return ["--host", str(self.path)]

    def connect(self, timeout: float) -> socket.socket:
        """Open a connection; raises OSError."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(str(self.path))
        except OSError:
            connection.close()
            raise
        return connection


Endpoint = TcpEndpoint | UnixEndpoint


def parse_host(host: str, port: int) -> Endpoint:
    """Read a host name, an address, ``unix:/path.sock`` or ``/path.sock``; ValueError if none."""
    path = host.removeprefix(UNIX_PREFIX)
    if path.startswith("/"):
        if not path.endswith(SOCKET_SUFFIX) or "," in path:
            raise ValueError(f"is {host!r}: a Unix socket's path ends in {SOCKET_SUFFIX}")
        if len(path.encode()) > MAX_SOCKET_PATH:
            raise ValueError(f"is {len(path.encode())} bytes; the limit is {MAX_SOCKET_PATH}")
        return UnixEndpoint(Path(path))
    if not HOST_NAME.match(host):
        raise ValueError(f"is {host[:60]!r}: neither a host, an address nor an absolute path")
    return TcpEndpoint(host.strip("[]"), port)


@dataclass(frozen=True)
class Reply:
    """An HTTP reply; `json` is None when the body is no JSON."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def request(
    endpoint: Endpoint,
    path: str,
    *,
    payload: object = None,
    api_key: str | None = None,
    timeout: float = 5.0,
) -> Reply:
    """GET `path`, or POST `payload` to it as JSON; raises OSError when nothing answers."""
    connection = http.client.HTTPConnection("localhost", timeout=timeout)
    connection.sock = endpoint.connect(timeout)
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    body = None
    if payload is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(payload)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        return Reply(response.status, response.read(MAX_REPLY))
    except http.client.HTTPException as error:
        raise ConnectionError(f"{endpoint} does not speak HTTP: {error!r}") from error
    finally:
        connection.close()
