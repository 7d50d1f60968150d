"""The order of replies, without a socket: any order of work gives the order of the requests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cortexd.wire.order import Place, ReplyOrder


def test_replies_leave_in_the_order_of_their_requests() -> None:
    order: ReplyOrder[Place] = ReplyOrder()
    first, second, third = Place(), Place(), Place()
    for place in (first, second, third):
        order.append(place)
    third.reply = b"3"
    assert order.take_ready() == []
    first.reply = b"1"
    assert order.take_ready() == [b"1"]
    assert len(order) == 2
    second.reply = b"2"
    assert order.take_ready() == [b"2", b"3"]
    assert not order


def test_events_wait_until_their_request_is_first() -> None:
    order: ReplyOrder[Place] = ReplyOrder()
    first, second = Place(), Place()
    order.append(first)
    order.append(second)
    assert order.is_first(first)
    assert order.add_event(first, b"1a") == [b"1a"]
    assert order.add_event(second, b"2a") == []
    first.reply = b"1"
    assert order.take_ready() == [b"1", b"2a"]
    assert order.is_first(second)
    assert order.add_event(second, b"2b") == [b"2b"]
    assert order.take_ready() == []


def test_an_empty_reply_ends_its_place_without_a_line() -> None:
    order: ReplyOrder[Place] = ReplyOrder()
    notification, request = Place(), Place()
    order.append(notification)
    order.append(request)
    request.reply = b"2"
    notification.reply = b""
    assert order.take_ready() == [b"2"]


def test_a_place_that_was_forgotten_is_never_first() -> None:
    order: ReplyOrder[Place] = ReplyOrder()
    place = Place()
    order.append(place)
    order.clear()
    assert not order.is_first(place)
    assert order.add_event(place, b"late") == []
    assert order.take_ready() == []


@given(st.lists(st.tuples(st.sampled_from(["request", "event", "reply"]), st.integers(0, 9))))
def test_any_order_of_work_gives_the_order_of_the_requests(moves: list[tuple[str, int]]) -> None:
    """Requests, events and replies interleaved at will: nothing is lost or overtaken."""
    order: ReplyOrder[Place] = ReplyOrder()
    places: list[Place] = []
    made: list[list[bytes]] = []
    sent: list[bytes] = []
    for move, choice in [*moves, *[("reply", 0)] * len(moves)]:
        unanswered = [number for number, place in enumerate(places) if place.reply is None]
        if move == "request":
            places.append(Place())
            made.append([])
            order.append(places[-1])
        elif unanswered:
            number = unanswered[choice % len(unanswered)]
            line = b"%d.%d" % (number, len(made[number]))
            made[number].append(line)
            if move == "event":
                sent += order.add_event(places[number], line)
            else:
                places[number].reply = line
                sent += order.take_ready()
    assert not order
    assert sent == [line for lines in made for line in lines]
