"""Which slot of the model server a request uses, so that no user finds another's prompt in it.

A slot keeps the last prompt that it evaluated, and evaluates only what differs from it: the second
question of a conversation is answered sooner.  By that time a user could find out whether another
had asked the same text.  So every request names its slot, and uses what the slot keeps only if its
own user's request has left it there.

Who has a slot takes none from others: a request goes to the slot whose conversation it continues,
else to one that is nobody's, else to its user's own, and only a user without any gets that which
was used longest ago.

No I/O.  Knows that a slot keeps a prompt, and nothing of what is in it.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class _Kept(NamedTuple):
    """Whose prompt a slot keeps, and by which to know a conversation that goes on."""

    uid: int | None = None
    messages: int = 0
    fingerprint: int = 0

    def begins(self, conversation: Sequence[Mapping[str, Any]]) -> bool:
        """Whether ``conversation`` is what the slot keeps, or goes on from it."""
        return (
            0 < self.messages <= len(conversation)
            and _fingerprint(conversation[: self.messages]) == self.fingerprint
        )


_NOBODY = _Kept()


@dataclass(slots=True)
class HeldSlot:
    """One slot for the length of a request."""

    number: int
    is_own: bool  # what it keeps is the same user's
    is_complete: bool = False  # whether the answer has come to its end


class PromptSlots:
    """Whose prompt each slot keeps."""

    def __init__(self) -> None:
        self._free: OrderedDict[int, _Kept] = OrderedDict()  # the least recently used first
        self._count = 0
        self._generation = 0  # of the slots; those held in an earlier one do not come back

    def resize(self, count: int) -> None:
        """The server has so many slots; nothing is known of those of another number."""
        if count != self._count:
            self._count = count
            self._generation += 1
            self._free = OrderedDict.fromkeys(range(count), _NOBODY)

    @contextmanager
    def hold(
        self, uid: int, conversation: Sequence[Mapping[str, Any]]
    ) -> Iterator[HeldSlot | None]:
        """Hold a slot for a request of ``uid``; None if all are in use."""
        if (number := self._choose(uid, conversation)) is None:
            yield None
            return
        held = HeldSlot(number, self._free.pop(number).uid == uid)
        generation = self._generation
        try:
            yield held
        finally:
            if self._generation == generation:
                # An answer that broke off may not have reached the slot: another's prompt may
                # still be in it, or the server still at work there.
                self._free[number] = (
                    _Kept(uid, len(conversation), _fingerprint(conversation))
                    if held.is_complete
                    else _NOBODY
                )

    def _choose(self, uid: int, conversation: Sequence[Mapping[str, Any]]) -> int | None:
        nobodys = own = None
        for number, kept in self._free.items():
            if kept.uid == uid:
                if kept.begins(conversation):
                    return number
                own = number if own is None else own
            elif kept is _NOBODY and nobodys is None:
                nobodys = number
        if nobodys is not None:
            return nobodys
        return next(iter(self._free), None) if own is None else own


def _fingerprint(conversation: Sequence[Mapping[str, Any]]) -> int:
    return hash(tuple((turn.get("role"), turn.get("content")) for turn in conversation))
