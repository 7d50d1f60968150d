"""What a client has sent: the same frames however it arrived, a few of them at a time."""

from __future__ import annotations

import pytest

from cortexd.access import Peer
from cortexd.api.dialects import Call
from cortexd.api.framing import Kind
from cortexd.wire.batch import BatchSlot
from cortexd.wire.inbox import CUT_BYTES, Inbox

LINE = b'{"command":"ping"}'


def served(inbox: Inbox) -> list[object]:
    """Everything that it holds, in the order in which it is served."""
    found: list[object] = []
    while inbox.frames or inbox.cut():
        found.append(inbox.frames.popleft())
    return found


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_any_chunking_gives_the_same_frames(step: int) -> None:
    sent = (LINE + b"\n") * 500
    inbox = Inbox(1024)
    for start in range(0, len(sent), step):
        inbox.receive(sent[start : start + step])
    assert served(inbox) == [(Kind.LINE, LINE)] * 500
    assert not inbox


def test_only_a_part_is_cut_at_a_time() -> None:
    inbox = Inbox(1024)
    inbox.receive((LINE + b"\n") * 10_000)
    assert inbox.cut()
    assert 0 < len(inbox.frames) <= CUT_BYTES // len(LINE)


def test_the_end_of_the_stream_ends_a_frame_after_all_that_came_before() -> None:
    inbox = Inbox(1024)
    inbox.receive((LINE + b"\n") * 300 + b'"x')
    inbox.end()
    assert inbox
    *lines, last = served(inbox)
    assert len(lines) == 300
    assert last == (Kind.BARE, b'"x')
    assert not inbox


def test_a_started_frame_is_partial_until_it_is_dropped() -> None:
    inbox = Inbox(1024)
    inbox.receive(b'{"comm')
    assert not inbox.cut()
    assert inbox.partial
    inbox.drop_partial()
    assert not inbox.partial


class Nobody:
    """An outlet that is never used."""

    peer = Peer(0, 0, 0)


def test_members_of_a_batch_come_first_and_in_order() -> None:
    inbox = Inbox(1024)
    inbox.receive(LINE + b"\n")
    inbox.cut()
    batch = BatchSlot(Nobody(), [Call(id=1), Call(id=2)])  # type: ignore[arg-type]
    inbox.put_first(batch.members)
    first, second, line = served(inbox)
    assert [first, second] == [(None, member) for member in batch.members]
    assert line == (Kind.LINE, LINE)


def test_nothing_is_left_after_clearing() -> None:
    inbox = Inbox(1024)
    inbox.receive((LINE + b"\n") * 300)
    inbox.cut()
    inbox.end()
    inbox.clear()
    assert not inbox
    assert not inbox.cut()
