"""What a observer makes of the bytes of a connection, however they are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_llm.exchanges import (
    MAX_HEAD_BYTES,
    Exchange,
    Observer,
    Outcome,
    mask_path,
    read_request_id,
)

POST = (
    b"POST /v1/chat/completions?key=secret HTTP/1.1\r\nHost: x\r\nX-REQUEST-ID: abc.1\r\n"
    b"Content-Length: 5\r\n\r\nhello"
)
GET = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n3\r\nend\r\n0\r\n\r\n"
PLAIN = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\nas long as it goes"


class Seen:
    """A observer, and what it said."""

    def __init__(self) -> None:
        self.began: list[Exchange] = []
        self.ended: list[tuple[Exchange, Outcome]] = []
        self.observer = Observer(self.began.append, lambda *both: self.ended.append(both))

    def outcomes(self) -> list[tuple[str, int, Outcome]]:
        return [(exchange.path, exchange.status, outcome) for exchange, outcome in self.ended]


def test_a_request_from_begin_to_end() -> None:
    seen = Seen()
    seen.observer.feed_request(POST)
    (exchange,) = seen.began
    assert (exchange.method, exchange.path) == ("POST", "/v1/chat/completions")
    assert (exchange.request_id, exchange.request_bytes) == ("abc.1", 5)
    assert not seen.ended
    seen.observer.feed_reply(CHUNKED)
    assert seen.ended == [(exchange, Outcome.ANSWERED)]
    assert (exchange.status, exchange.reply_bytes) == (200, len("dataend"))
    assert exchange.first_byte is not None
    assert exchange.began <= exchange.first_byte <= exchange.ended


@given(st.lists(st.integers(1, 40), max_size=40), st.lists(st.integers(1, 40), max_size=40))
def test_any_chunking_of_pipelined_requests_gives_the_same(
    asked: list[int], answered: list[int]
) -> None:
    seen = Seen()
    for piece in cut(POST + GET + POST, asked):
        seen.observer.feed_request(piece)
    for piece in cut(CHUNKED + PLAIN + CHUNKED, answered):
        seen.observer.feed_reply(piece)
    seen.observer.close(Outcome.CANCELLED)
    assert seen.outcomes() == [
        ("/v1/chat/completions", 200, Outcome.ANSWERED),
        ("/health", 401, Outcome.ANSWERED),
        ("/v1/chat/completions", 200, Outcome.ANSWERED),
    ]
    assert [exchange.reply_bytes for exchange, _ in seen.ended] == [7, 2, 7]
    assert [exchange.request_id for exchange in seen.began] == ["abc.1", None, "abc.1"]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    bounds = [0, *itertools.accumulate(sizes), len(data)]
    pieces = [data[low:high] for low, high in itertools.pairwise(bounds)]
    return [piece for piece in pieces if piece]


@given(
    st.lists(st.binary(max_size=200), max_size=10), st.lists(st.binary(max_size=200), max_size=10)
)
def test_any_bytes_are_looked_at_without_harm(asked: list[bytes], answered: list[bytes]) -> None:
    seen = Seen()
    for piece in asked:
        seen.observer.feed_request(piece)
    for piece in answered:
        seen.observer.feed_reply(piece)
    seen.observer.close(Outcome.BROKEN)
    assert len(seen.ended) == len(seen.began)


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.BROKEN, Outcome.STOPPED])
def test_what_is_open_ends_with_the_connection(outcome: Outcome) -> None:
    seen = Seen()
    seen.observer.feed_request(POST + POST)
    seen.observer.feed_reply(CHUNKED[:-5])
    seen.observer.close(outcome)
    assert [found for *_, found in seen.outcomes()] == [outcome, outcome]
    assert [status for _, status, _ in seen.outcomes()] == [200, 0]


def test_a_reply_without_a_length_ends_with_the_engines_connection() -> None:
    for outcome, expected in [
        (Outcome.BROKEN, Outcome.ANSWERED),
        (Outcome.CANCELLED, Outcome.CANCELLED),
    ]:
        seen = Seen()
        seen.observer.feed_request(POST)
        seen.observer.feed_reply(ENDLESS)
        seen.observer.close(outcome)
        assert seen.outcomes() == [("/v1/chat/completions", 200, expected)]


def test_a_reply_to_head_has_no_body() -> None:
    seen = Seen()
    seen.observer.feed_request(GET.replace(b"GET", b"HEAD") + GET)
    seen.observer.feed_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n")
    seen.observer.feed_reply(PLAIN)
    assert seen.outcomes() == [
        ("/health", 200, Outcome.ANSWERED),
        ("/health", 401, Outcome.ANSWERED),
    ]


def test_what_comes_before_the_final_head_is_none() -> None:
    seen = Seen()
    seen.observer.feed_request(POST)
    seen.observer.feed_reply(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert not seen.ended
    seen.observer.feed_reply(CHUNKED)
    assert seen.outcomes() == [("/v1/chat/completions", 200, Outcome.ANSWERED)]


def test_a_head_without_an_end_is_not_kept() -> None:
    seen = Seen()
    seen.observer.feed_request(b"POST / HTTP/1.1\r\nX-Long: ")
    for _ in range(2 * MAX_HEAD_BYTES // 1024):
        seen.observer.feed_request(b"x" * 1024)
    seen.observer.feed_request(b"\r\n\r\n")
    assert not seen.began


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"0123456789abcdef0123456789abcdef.12", "0123456789abcdef0123456789abcdef.12"),
        (b"a" * 64, "a" * 64),
        (b"a" * 65, None),
        (b"", None),
        (b"a b", None),
        (b"a\tMESSAGE=x", None),
        ("é".encode(), None),
    ],
)
def test_ids(raw: bytes, expected: str | None) -> None:
    assert read_request_id(raw) == expected


def test_paths_are_shown_without_their_query() -> None:
    assert mask_path(b"/v1/models?prompt=secret") == "/v1/models"
    assert mask_path(b"/\x1b[31m\xff") == "/?[31m\ufffd"
    assert len(mask_path(b"/" + b"x" * 500)) == 120
