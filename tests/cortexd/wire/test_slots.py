"""The order of replies and events; more of it over the socket in test_connection.py."""

from __future__ import annotations

from cortexd.access import Peer
from cortexd.api.dialects import Call
from cortexd.wire.slots import Slot


class Outlet:
    """A connection that only notes what is sent."""

    def __init__(self) -> None:
        self.peer = Peer(1, 0, 0)
        self.first: Slot | None = None
        self.lines: list[bytes] = []

    def is_first(self, slot: Slot) -> bool:
        return slot is self.first

    def write_line(self, line: bytes) -> None:
        self.lines.append(line)

    def send_ready(self) -> None:
        raise AssertionError("nothing is done")

    async def writable(self) -> None:
        """Always."""


def test_events_wait_until_their_slot_is_first() -> None:
    outlet = Outlet()
    slot = Slot(outlet, Call(id=5, has_id=True))
    assert slot.client_id == "5"
    slot.emit("token", {"text": "a"})
    assert outlet.lines == []
    outlet.first = slot
    slot.move_up()
    slot.emit("token", {"text": "b"})
    assert [b'"a"' in outlet.lines[0], b'"b"' in outlet.lines[1]] == [True, True]
