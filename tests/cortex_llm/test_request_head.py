"""The head of a first request: keys wherever it is cut, and what is no head."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from cortex_llm.request_head import MAX_HEAD_BYTES, RefusedError, RequestHead

REQUEST = (
    b"POST /v1/completions HTTP/1.1\r\nAuthorization: Bearer first\r\nX-Api-Key: second\r\n"
    b"Content-Length: 2\r\n\r\n{}"
)
HEAD_BYTES = REQUEST.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize("size", [1, 7, len(REQUEST)])
def test_the_keys_are_found_however_it_is_cut(size: int) -> None:
    head = RequestHead()
    for start in range(0, len(REQUEST), size):
        assert head.is_complete == (start >= HEAD_BYTES)
        head.feed(REQUEST[start : start + size])
    assert head.is_complete
    assert head.keys == [b"first", b"second"]
    assert head.received == REQUEST


def test_a_request_without_a_key_has_none() -> None:
    head = RequestHead()
    head.feed(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert head.is_complete
    assert head.keys == []


def test_what_follows_the_head_is_not_judged() -> None:
    head = RequestHead()
    head.feed(REQUEST + b"\x16\x03nonsense")
    assert head.is_complete


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_other_protocols_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedError, match="no HTTP request") as caught:
        RequestHead().feed(data)
    assert caught.value.status == HTTPStatus.BAD_REQUEST


def test_an_endless_head_is_refused_with_the_limit() -> None:
    head = RequestHead()
    head.feed(b"GET / HTTP/1.1\r\n")
    with pytest.raises(RefusedError, match=str(MAX_HEAD_BYTES)):
        while True:
            head.feed(b"X: " + b"y" * 1000 + b"\r\n")
