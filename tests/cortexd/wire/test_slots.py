"""What a handler sees of its client; more of it over the socket in test_connection.py."""

from __future__ import annotations

from cortexd.access import Peer
from cortexd.api.dialects import Call
from cortexd.wire.order import ReplyOrder
from cortexd.wire.slots import Slot


class Outlet:
    """A connection that only notes what is sent."""

    def __init__(self) -> None:
        self.peer = Peer(1, 0, 0)
        self.order: ReplyOrder[Slot] = ReplyOrder()
        self.lines: list[bytes] = []

    def is_first(self, slot: Slot) -> bool:
        return self.order.is_first(slot)

    def send_event(self, slot: Slot, line: bytes) -> None:
        self.lines += self.order.add_event(slot, line)

    def send_ready(self) -> None:
        self.lines += self.order.take_ready()

    async def wait_writable(self) -> None:
        """Always."""


def test_events_wait_until_their_slot_is_first() -> None:
    outlet = Outlet()
    before, slot = Slot(outlet, Call()), Slot(outlet, Call(id=5, has_id=True))
    outlet.order.append(before)
    outlet.order.append(slot)
    assert slot.client_id == "5"
    slot.emit("token", {"text": "a"})
    assert outlet.lines == []
    assert not slot.is_live
    before.reply = b"first"
    outlet.send_ready()
    assert slot.is_live
    slot.emit("token", {"text": "b"})
    first, *events = outlet.lines
    assert first == b"first"
    assert [b'"a"' in events[0], b'"b"' in events[1]] == [True, True]
