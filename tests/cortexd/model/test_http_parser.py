"""One HTTP response, in any chunking, and bytes that are none."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cortexd.model.http_parser import Broken, NotHttp, ResponseParser


def chunked(pieces: list[bytes], extension: bytes = b"") -> bytes:
    body = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces if piece)
    return body + b"0\r\n\r\n"


@given(st.lists(st.binary(max_size=40), max_size=6), st.data())
def test_a_reply_in_any_chunking(pieces: list[bytes], data: st.DataObject) -> None:
    head = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    wire = head + chunked(pieces, data.draw(st.sampled_from([b"", b";a=b"])))
    edges = sorted(data.draw(st.sets(st.integers(0, len(wire)))) | {0, len(wire)})
    reply = ResponseParser()
    received = b"".join(reply.feed(wire[a:b]) for a, b in pairwise(edges))
    assert received == b"".join(pieces)
    assert (reply.status, reply.is_complete, reply.keep_alive) == (200, True, True)


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"]))
def test_any_bytes_are_a_reply_or_refused(data: bytes, start: bytes) -> None:
    reply = ResponseParser()
    try:
        for byte in start + data:
            reply.feed(bytes([byte]))
        reply.end()
    except (NotHttp, Broken):
        pass


def test_a_body_that_ends_with_its_connection() -> None:
    reply = ResponseParser()
    assert reply.feed(b"HTTP/1.1 200 OK\r\n\r\nab") == b"ab"
    assert not reply.is_complete
    reply.end()
    assert reply.is_complete


def test_what_follows_a_reply_ends_the_connection() -> None:
    reply = ResponseParser()
    assert reply.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdef") == b"ab"
    assert reply.is_complete
    assert not reply.keep_alive
