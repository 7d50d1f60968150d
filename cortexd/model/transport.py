"""Requests to the model server: the API key, and connections that are kept.

Knows where a request goes and with which headers; not what it says, nor whether a model is
ready.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from cortexd.api.errors import LlmUnavailable
from cortexd.model import http

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from cortexd.config import LlmSection

# No more of an error page is read.
MAX_ERROR_BYTES = 64 * 1024


class Transport:
    """Sends requests as ``settings`` say, to the address given or a URL for probes."""

    def __init__(self, settings: LlmSection) -> None:
        self._settings = settings
        self._pools: dict[str, http.Pool] = {}

    def configure(self, settings: LlmSection) -> None:
        """Use these settings; connections in use close with the answers that use them."""
        self._settings = settings
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        for pool in self._pools.values():
            pool.close()
        self._pools = {}

    def request(
        self, url: str, method: str, path: str, body: bytes = b"", request_id: str = ""
    ) -> AbstractAsyncContextManager[http.Response]:
        """Send one request.

        Raises:
            LlmUnavailable: the API key cannot be read.
            HttpError: as of ``http.Pool.request``.
        """
        headers = [(b"Content-Type", b"application/json")]
        if key := self._read_api_key():
            headers.append((b"Authorization", b"Bearer " + key.encode()))
        if request_id:
            headers.append((b"X-Request-Id", request_id.encode()))
        if (pool := self._pools.get(url)) is None:
            pool = self._pools[url] = http.Pool(url)
        return pool.request(method, path, headers, body)

    async def get(self, url: str, path: str) -> tuple[int, bytes]:
        """The status and the body of one GET."""
        async with self.request(url, "GET", path) as response:
            return response.status, await read_body(response)

    def _read_api_key(self) -> str | None:
        """The API key; a key file is read at each use, so it can be replaced."""
        key_file = self._settings.api_key_file
        if key_file is None:
            return self._settings.api_key
        try:
            key = key_file.read_text().strip()
            if not (key.isascii() and key.isprintable()):  # it goes into a header line
                raise LlmUnavailable(
                    f"{key_file} is not a valid API key: it must be one line of ASCII"
                )
            return key or None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise LlmUnavailable(
                f"cannot read the model server's API key {key_file}: {reason}",
                hint="the user that cortexd runs as must be able to read it",
            ) from error


async def read_body(response: http.Response) -> bytes:
    """The body, or as much of it as an error page needs."""
    body = bytearray()
    async with aclosing(response.body()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_ERROR_BYTES:
                break
    return bytes(body)
