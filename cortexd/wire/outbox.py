"""What one client is owed in bytes, charged to its user's account until it is sent.

Replies that wait for earlier ones are held; what the kernel does not take at once is unsent.
The transport buffers nothing beside that, so the account is exact: a client that does not
read is noticed with the first byte that the kernel refuses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.budget import Account


class Outbox:
    """The way out to one client."""

    __slots__ = ("_held", "_transport", "_unsent", "_writable", "account", "paused")

    def __init__(self, transport: asyncio.Transport, account: Account) -> None:
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        self._writable: asyncio.Event | None = None  # while somebody waits for the client
        self._held = 0
        self._unsent = 0
        self.account = account
        self.paused = False  # the client has not taken all that was written

    def write(self, lines: Sequence[bytes]) -> None:
        """Send lines, each with a newline."""
        if not self._transport.is_closing():
            self._transport.write(b"\n".join((*lines, b"")))
            if self.paused:
                self._count_unsent()

    def hold(self, size: int) -> None:
        """Count bytes that wait for earlier replies."""
        self._held += size
        self.account.unsent_bytes += size

    def release(self, lines: Sequence[bytes]) -> None:
        """Count held lines no longer."""
        size = sum(map(len, lines))
        self._held -= size
        self.account.unsent_bytes -= size

    def pause(self) -> None:
        """The client does not read as fast as we write."""
        self.paused = True
        self._count_unsent()

    def resume(self) -> None:
        """It has caught up."""
        self.paused = False
        self._count_unsent()
        self._wake()

    def close(self) -> None:
        """Forget what will never be sent; whoever waits for the client goes on."""
        self.account.unsent_bytes -= self._held + self._unsent
        self._held = self._unsent = 0
        self.paused = False
        self._wake()

    async def wait(self) -> None:
        """Wait until the client has taken what was written."""
        if self.paused:
            if self._writable is None:
                self._writable = asyncio.Event()
            await self._writable.wait()

    def _wake(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def _count_unsent(self) -> None:
        size = self._transport.get_write_buffer_size()
        self.account.unsent_bytes += size - self._unsent
        self._unsent = size
