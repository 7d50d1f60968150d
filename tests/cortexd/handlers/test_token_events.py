"""Tokens go out one by one, and those from before the client's turn as one."""

from __future__ import annotations

import asyncio
from typing import Any

from cortexd.access import Peer
from cortexd.handlers.token_events import TokenEvents


class Listener:
    """A caller that notes what it is sent."""

    peer = Peer(1, 2, 3)
    client_id = None

    def __init__(self) -> None:
        self.is_live = False
        self.events: list[dict[str, Any]] = []
        self.drained = 0

    def emit(self, event: str, data: dict[str, Any]) -> None:
        assert event == "token"
        self.events.append(data)

    async def drain(self) -> None:
        self.drained += 1


def test_tokens_are_kept_until_the_requests_before_are_answered() -> None:
    listener = Listener()
    tokens = TokenEvents(listener, "r1")

    async def send() -> None:
        await tokens.send("a")
        await tokens.send("b")
        assert listener.events == []
        listener.is_live = True
        await tokens.send("c")
        await tokens.send("d")

    asyncio.run(send())
    assert listener.events == [{"text": "abc", "request_id": "r1"}, {"text": "d"}]
    assert listener.drained == 2


def test_what_is_kept_is_sent_at_the_end() -> None:
    listener = Listener()
    tokens = TokenEvents(listener, "r1")
    asyncio.run(tokens.send("a"))
    tokens.flush()
    tokens.flush()
    assert listener.events == [{"text": "a", "request_id": "r1"}]
