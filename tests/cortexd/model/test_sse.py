"""Server-sent events, in any chunking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from cortexd.model.sse import MAX_LINE_BYTES, Malformed, read_events

LINES = [b"data: a\n", b"\n", b"\r\n", b"\r", b": c\n", b"data:", b"\xef\xbb\xbf"]


def read(*chunks: bytes) -> list[bytes]:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def collect() -> list[bytes]:
        return [data async for data in read_events(body())]

    return asyncio.run(collect())


def test_examples() -> None:
    assert read(b"data: a\n\ndata:b\r\n\r\n: comment\nevent: x\nid: 5\ndata: c") == [
        b"a",
        b"b",
        b"c",
    ]
    assert read(b"data: a\n\ndata: [DONE]\n\ndata: b\n\n") == [b"a"]
    assert read(b"") == []
    assert read(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]
    assert read(b"data: a\ndata: b\n\n") == [b"a\nb"]
    assert read(b"data: a\rdata\rdata:  c\r\r") == [b"a\n\n c"]
    assert read(b"data: a\n\nx-trace: 5\nhello\n\ndata: b\n\n") == [b"a", b"b"]
    assert read(b'error: {"message":"x"}\n') == [b'{"error":{"message":"x"}}']


@pytest.mark.parametrize("body", [b"<html>\n", b'{"choices":[]}\n', b"hello", b"\0\0\n"])
def test_what_is_no_event_stream(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body)


def test_an_event_of_too_many_lines() -> None:
    lines = [b"data: " + b"x" * 60_000 + b"\n"] * (MAX_LINE_BYTES // 60_000 + 1)
    with pytest.raises(Malformed, match="an event of more than"):
        read(*lines)


FIELDS = [b"data: a", b"data:b", b"data", b"data:", b": c", b"event: x", b"id: 1", b"y: z", b""]


@given(
    st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from([b"\n", b"\r\n", b"\r"]))),
    st.data(),
)
def test_the_client_of_openai_reads_the_same(
    lines: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    ends = data.draw(st.sampled_from([b"\n\n", b"\r\n\r\n"]))
    body = b"data: first" + ends + b"".join(a + b for a, b in lines) + ends
    reference = [event.data.encode() for event in SSEDecoder().iter_bytes(iter([body]))]
    assert read(body) == [data for data in reference if data]


def test_a_line_without_end() -> None:
    with pytest.raises(Malformed, match="a line of more than"):
        read(*[b"data: " + b"x" * 65536] * (MAX_LINE_BYTES // 65536 + 1))


@given(
    st.lists(
        st.sampled_from(LINES),
        max_size=9,
    ),
    st.data(),
)
def test_any_chunking_gives_the_same_events(lines: list[bytes], data: st.DataObject) -> None:
    body = b"".join(lines)
    edges = sorted(data.draw(st.sets(st.integers(0, len(body)))) | {0, len(body)})
    chunks = [body[a:b] for a, b in pairwise(edges)]
    try:
        whole = read(body)
    except Malformed:
        with pytest.raises(Malformed):
            read(*chunks)
    else:
        assert read(*chunks) == whole
