"""The states of one client's connection; no I/O.

    FRESH ──► OPEN ◄──► BARE
      │         │         │
      └─────────┼─────────┴──► HALF_CLOSED ──► CLOSING
                └──► UNTRUSTED ───────────────────┘

Whether a reply is due, and whether bytes are read, is not part of the state.
"""

from __future__ import annotations

from enum import Enum

from cortexd.api.framing import Kind


class State(Enum):
    """What the client may still do, and when the connection closes."""

    FRESH = "fresh"  # has asked nothing yet
    OPEN = "open"  # may ask more
    BARE = "bare"  # its last request had no newline: closed once answered, unless one follows
    UNTRUSTED = "untrusted"  # what follows cannot be cut into requests: closed once answered
    HALF_CLOSED = "half_closed"  # sends no more: closed once answered
    CLOSING = "closing"  # nothing more is served

    def after_frame(self, kind: Kind) -> State:
        """The state after a frame of ``kind`` has been served."""
        if self not in _ASKING:
            return self
        if kind is Kind.TOO_LARGE:
            return State.UNTRUSTED
        return State.BARE if kind is Kind.BARE else State.OPEN

    def after_late_newline(self) -> State:
        """The state after the newline that ends a bare request: this client does send them."""
        return State.OPEN if self is State.BARE else self

    def after_lost_trust(self) -> State:
        """The state after a frame that never ended."""
        return State.UNTRUSTED if self in _ASKING else self


_ASKING = frozenset({State.FRESH, State.OPEN, State.BARE})
