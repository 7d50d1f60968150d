"""One model out of the list, in any chunking; everything else as it is."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_llm.model_by_id import MAX_REPLY_BYTES, ListReply, rewrite_request

LIST = json.dumps({"object": "list", "data": [{"id": "a/b c", "object": "model"}]}).encode()
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(LIST), LIST)


def test_the_request_asks_for_the_list() -> None:
    data = b"GET /v1/models/a%2Fb%20c?x=1 HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n"
    assert rewrite_request(data) == (
        "a/b c",
        b"GET /v1/models?x=1 HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"GET /v1/models/ HTTP/1.1\r\n\r\n",
        b"GET /v1/models/a HTTP/1.1\r\n",  # not whole
        b"GET /v1/models/a HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n",  # two at once
        b"POST /v1/models/a HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nX: GET /v1/models/a HTTP/1.1\r\n\r\n",
        b"GET /v1/models/" + b"a" * 100_000,
        b"",
    ],
)
def test_other_requests_stay(data: bytes) -> None:
    assert rewrite_request(data) is None


def feed(model_id: str, *chunks: bytes) -> bytes | None:
    reply = ListReply(model_id)
    for chunk in chunks:
        if (made := reply.feed(chunk)) is not None:
            return made
    return None


@given(st.sets(st.integers(0, len(REPLY))))
def test_the_reply_in_any_chunking(edges: set[int]) -> None:
    places = sorted(edges | {0, len(REPLY)})
    made = feed("a/b c", *(REPLY[a:b] for a, b in pairwise(places)))
    assert made is not None
    head, _, body = made.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body) == {"id": "a/b c", "object": "model"}


def test_one_that_is_not_served() -> None:
    made = feed("x", REPLY)
    assert made is not None
    assert made.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"does not exist" in made


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\xff\xff",
        b"no HTTP at all\r\n\r\n",
    ],
)
def test_other_replies_stay(reply: bytes) -> None:
    assert feed("a/b c", reply) == reply


def test_an_endless_reply_passes() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"
    chunks = [start, *[b"x" * 10_000] * (MAX_REPLY_BYTES // 10_000 + 1)]
    assert feed("a", *chunks) is not None
