"""Which slot of the model server a request uses, so that no user finds another's prompt in it.

A slot keeps the last prompt that it evaluated, and evaluates only what differs from it: the second
question of a conversation is answered sooner.  By that time a user could find out whether another
had asked the same text.  So every request names its slot, and uses what the slot keeps only if its
own user's request has left it there.  Requests of a user go to a slot of theirs while one is free.

No I/O.  Knows that a slot keeps a prompt, and nothing of what is in it.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class HeldSlot:
    """One slot for the length of a request."""

    number: int
    is_own: bool  # what it keeps is the same user's
    is_complete: bool = False  # whether the answer has come to its end


class PromptSlots:
    """Whose prompt each slot keeps."""

    def __init__(self) -> None:
        # The user of each free slot, None if unknown; the least recently used first.
        self._free: OrderedDict[int, int | None] = OrderedDict()
        self._count = 0
        self._generation = 0  # of the slots; those held in an earlier one do not come back

    def resize(self, count: int) -> None:
        """The server has so many slots; nothing is known of those of another number."""
        if count != self._count:
            self._count = count
            self._generation += 1
            self._free = OrderedDict.fromkeys(range(count))

    @contextmanager
    def hold(self, uid: int) -> Iterator[HeldSlot | None]:
        """Hold a slot for a request of ``uid``; None if all are in use."""
        if (number := self._choose(uid)) is None:
            yield None
            return
        held = HeldSlot(number, self._free.pop(number) == uid)
        generation = self._generation
        try:
            yield held
        finally:
            if self._generation == generation:
                # An answer that broke off may not have reached the slot: another's prompt may
                # still be in it, or the server still at work there.
                self._free[number] = uid if held.is_complete else None

    def _choose(self, uid: int) -> int | None:
        """The user's most recent one, else that which was used longest ago."""
        own = [number for number, user in self._free.items() if user == uid]
        return own[-1] if own else next(iter(self._free), None)
