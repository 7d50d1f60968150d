"""Token events of one answer, on their way to the client that asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortexd.context import Caller


class TokenEvents:
    """Token events of one answer; tokens from before the first can be sent go out as one."""

    def __init__(self, listener: Caller, request_id: str) -> None:
        self._listener = listener
        self._first = {"request_id": request_id}
        self._unsent: list[str] = []

    async def send(self, text: str) -> None:
        """Send a token, once the requests before this one are answered."""
        self._unsent.append(text)
        if self._listener.is_live:
            self.flush()
            await self._listener.drain()

    def flush(self) -> None:
        """Send what is kept."""
        if self._unsent:
            self._listener.emit("token", {"text": "".join(self._unsent), **self._first})
            self._unsent.clear()
            self._first = {}
