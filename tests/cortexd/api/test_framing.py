"""Bytes to frames: any chunking gives the same, and nothing makes the decoder fail."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.framing import Decoder, Frame, Kind

LIMIT = 64

# Bytes that mean something to the decoder, and some that do not.
PIECES = [b"{", b"}", b"[", b"]", b'"', b"\\", b"\n", b" ", b"\t", b"\r", b",", b":", b"a", b"1"]
PIECES += [b'{"a":1}', b'{"a":{"b":[{}]}}\n', b'"\\""', b"\xff", b"\0", b"hello", b"x" * LIMIT]
noise = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join) | st.binary(max_size=200)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=6), values, max_size=4)


def decode(chunks: list[bytes], limit: int = LIMIT) -> list[Frame]:
    decoder = Decoder(limit)
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    return frames + decoder.end()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(edges)]


def meaning(frames: list[Frame]) -> list[tuple[str, bytes]]:
    """Frames without what depends on whether the newline had come yet."""
    return [
        ("value" if kind in (Kind.LINE, Kind.BARE) else kind.value, data) for kind, data in frames
    ]


@given(noise, st.lists(st.integers(0, 10_000)))
def test_any_chunking_gives_the_same_frames(data: bytes, places: list[int]) -> None:
    assert meaning(decode(cut(data, places))) == meaning(decode([data]))


@given(noise)
def test_one_byte_at_a_time_gives_the_same_frames(data: bytes) -> None:
    assert meaning(decode([bytes([byte]) for byte in data])) == meaning(decode([data]))


@given(
    st.lists(objects, max_size=5), st.sampled_from([b"\n", b"", b"\r\n", b" \n\n"]), st.booleans()
)
def test_objects_come_out_as_they_went_in(
    sent: list[dict[str, object]], separator: bytes, ascii_only: bool
) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only).encode(errors="replace") for value in sent]
    frames = decode([text + separator for text in texts], limit=100_000)
    assert [data for _, data in frames] == texts
    expected = Kind.LINE if b"\n" in separator else Kind.BARE
    assert all(kind is expected for kind, _ in frames)


@given(noise)
def test_no_frame_is_longer_than_the_limit_and_nothing_follows_one_that_was(data: bytes) -> None:
    frames = decode([data])
    assert all(len(frame) <= LIMIT for _, frame in frames)
    kinds = [kind for kind, _ in frames]
    assert Kind.TOO_LARGE not in kinds[:-1]


@given(noise)
def test_the_buffer_is_bounded(data: bytes) -> None:
    decoder = Decoder(LIMIT)
    for byte in data * 20:
        decoder.feed(bytes([byte]))
        assert len(decoder._buffer) <= LIMIT + 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":"}\\"{"}\n', [(Kind.LINE, b'{"a":"}\\"{"}')]),
        (b'{"a":1}{"b":2}', [(Kind.BARE, b'{"a":1}'), (Kind.BARE, b'{"b":2}')]),
        (b'  \n\r\n {"a":1}\r\n', [(Kind.LINE, b'{"a":1}')]),
        (b'{"a":', [(Kind.BARE, b'{"a":')]),
        (b'{"a":\n', [(Kind.LINE, b'{"a":')]),
        (b"hello {}\n{}\n", [(Kind.GARBAGE, b"h"), (Kind.LINE, b"{}")]),
        (b"}{}\n[1]\n", [(Kind.GARBAGE, b"}"), (Kind.LINE, b"[1]")]),
        (b"123\n", [(Kind.LINE, b"123")]),
        (b"", []),
        (b" \n \n", [(Kind.EMPTY, b"")]),
        (b'{"a":1}\n \n', [(Kind.LINE, b'{"a":1}')]),
        (b' {"a":1} ', [(Kind.BARE, b'{"a":1}')]),
        (b"x \n \n", [(Kind.GARBAGE, b"x")]),
    ],
)
def test_examples(data: bytes, expected: list[Frame]) -> None:
    assert decode([data]) == expected


def test_garbage_is_told_before_its_line_has_ended() -> None:
    decoder = Decoder()
    assert decoder.feed(b"G") == [(Kind.GARBAGE, b"G")]
    assert decoder.partial
    assert decoder.feed(b'ET / {"command":"ping"}\n') == []
    assert not decoder.partial


def test_too_large_comes_once_and_ends_it() -> None:
    decoder = Decoder(LIMIT)
    assert decoder.feed(b'{"a":"' + b"x" * LIMIT) == [(Kind.TOO_LARGE, b"")]
    assert decoder.closed
    assert decoder.feed(b"{}\n") == []
    assert decoder.end() == []


def test_a_value_of_exactly_the_limit_passes() -> None:
    value = b'{"a":"' + b"x" * (LIMIT - 8) + b'"}'
    assert decode([value + b"\n"]) == [(Kind.LINE, value)]
    assert decode([value[:-1] + b'x"}\n']) != [(Kind.LINE, value)]


def test_megabytes_in_small_pieces_are_read_in_linear_time() -> None:
    decoder = Decoder(16 * 1024 * 1024)
    decoder.feed(b'{"a":"')
    for _ in range(500):
        assert decoder.feed(b"\\" * 4096) == []
