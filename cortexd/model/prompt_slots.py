"""Which slot of the model server a request uses, so that no user finds another's prompt in it.

A slot keeps the last prompt that it evaluated, and evaluates only what differs from it: the second
question of a conversation is answered sooner.  By that time a user could find out whether another
had asked the same text.  So every request names its slot, and uses what the slot keeps only if its
own user's request has left it there.

Who has a slot takes none from others: a request goes to the slot of its user whose prompt it begins
like, else to one that is nobody's, else to its user's own, and only a user without any gets that
which was used longest ago.

No I/O.  Of prompts only hashes are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


# Characters that are compared as one.
BLOCK_CHARS = 32
# What a prompt has in common with a slot's is worth keeping from half of it on.
_WORTH_KEEPING = 0.5


class _Kept(NamedTuple):
    """Whose prompt a slot keeps, and the hash of it up to the end of each block."""

    uid: int | None = None
    blocks: tuple[int, ...] = ()

    def count_common(self, blocks: tuple[int, ...]) -> int:
        """How many blocks a prompt has in common with this one; 0 if it is too few."""
        common = 0
        for mine, other in zip(self.blocks, blocks, strict=False):
            if mine != other:
                break
            common += 1
        return common if common >= _WORTH_KEEPING * len(self.blocks) else 0


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
        blocks = _hash_blocks(conversation)
        if (number := self._choose(uid, blocks)) is None:
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
                self._free[number] = _Kept(uid, blocks) if held.is_complete else _NOBODY

    def _choose(self, uid: int, blocks: tuple[int, ...]) -> int | None:
        nobodys = own = alike = None
        most = 0
        for number, kept in self._free.items():
            if kept.uid == uid:
                if (common := kept.count_common(blocks)) > most:
                    alike, most = number, common
                own = number if own is None else own
            elif kept is _NOBODY and nobodys is None:
                nobodys = number
        oldest = next(iter(self._free), None)
        return next((one for one in (alike, nobodys, own) if one is not None), oldest)


def _hash_blocks(conversation: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    text = "\0".join(f"{turn.get('role')}\0{turn.get('content')}" for turn in conversation)
    hashes, before = [], 0
    for start in range(0, len(text) - BLOCK_CHARS + 1, BLOCK_CHARS):
        before = hash((before, text[start : start + BLOCK_CHARS]))
        hashes.append(before)
    return tuple(hashes)
