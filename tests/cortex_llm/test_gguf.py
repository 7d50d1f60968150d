from __future__ import annotations

import functools
import os
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cortex_llm import gguf
from cortex_llm.errors import ModelError
from cortex_llm.gguf import Header, read_header
from tests.support.model_server import CHECKOUT
from tests.support.tiny_gguf import DEFAULT_VOCAB, write_model


@functools.cache
def valid() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_model(Path(folder) / "m.gguf", layers=1, d_model=32, ff=32).read_bytes()


@functools.cache
def header_length() -> int:
    return len(valid()) - sum(
        size + -size % 32
        for size in (
            2 * 32 * DEFAULT_VOCAB,
            *[4 * 32] * 3,
            *[2 * 32 * 32] * 7,
            2 * 32 * DEFAULT_VOCAB,
        )
    )


def read_bytes(data: bytes) -> Header:
    """Read from a file in memory: no disk, and nothing to leave behind."""
    descriptor = os.memfd_create("model")
    try:
        os.write(descriptor, data)
        return read_header(Path(f"/proc/self/fd/{descriptor}"))
    finally:
        os.close(descriptor)


def test_a_whole_model(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.gguf", extra_kv={"x.list": [1, 2], "x.big": 1 << 40})
    header = read_header(path)
    assert header.pairs["general.architecture"] == "llama"
    assert header.pairs["x.list"] == (1, 2)
    assert header.pairs["x.big"] == 1 << 40
    assert header.lengths["tokenizer.ggml.tokens"] == DEFAULT_VOCAB
    assert "tokenizer.ggml.tokens" not in header.pairs
    assert header.needed_bytes <= header.file_bytes < header.needed_bytes + 32
    assert not header.truncated
    assert set(header.tensor_types) == {"F32", "F16"}
    assert header.parameters == sum(header.tensor_types.values())


def test_data_cut_off_show_as_truncated(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(valid()[:-64])
    assert read_header(path).truncated


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"GGUF", "truncated"),
        (b"PK\x03\x04zip", r"begins with 'PK\\x03\\x04', not 'GGUF'"),
        (b"tjgg" + bytes(60), "old GGML format"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(60), "big-endian"),
        (b"GGUF" + struct.pack("<I", 1) + bytes(60), "GGUF version 1; versions 2 and 3"),
        (b"GGUF" + struct.pack("<I", 9) + bytes(60), "GGUF version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 62, 0), "claims 4611686018427387904 tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 20), "claims 1048576 metadata entries"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 40), "bytes of 'a key'"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 12), "truncated"),
    ],
)
def test_what_is_no_model_is_named(data: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        read_bytes(data)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="it is a folder"):
        read_header(tmp_path)
    with pytest.raises(ModelError, match="not a regular file"):
        read_header(Path("/dev/zero"))
    with pytest.raises(ModelError, match="cannot read model"):
        read_header(tmp_path / "nul\0.gguf")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(ModelError, match="cannot read model"):
        read_header(loop)


def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ModelError, match="not a regular file"):
        read_header(tmp_path / "fifo")


def test_permission_denied(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(valid())
    path.chmod(0)
    read = (
        "import os, sys; from pathlib import Path; from cortex_llm.gguf import read_header\n"
        "from cortex_llm.errors import ModelError\n"
        f"handle = os.open({str(tmp_path)!r}, os.O_PATH); os.fchdir(handle)\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: read_header(Path('m.gguf'))\n"
        "except ModelError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", read], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert "permission denied" in told.stdout


def judge(data: bytes) -> None:
    """Whatever the bytes: a header or a ModelError, soon, in little memory."""
    started = time.monotonic()
    try:
        read_bytes(data)
    except ModelError as error:
        assert str(error)
    assert time.monotonic() - started < 2


@given(st.binary(max_size=4096))
@example(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
def test_arbitrary_bytes(data: bytes) -> None:
    judge(data)


@given(st.binary(max_size=2048))
def test_arbitrary_bytes_after_the_magic(data: bytes) -> None:
    judge(b"GGUF" + struct.pack("<I", 3) + data)


@given(st.data())
def test_every_truncation(data: st.DataObject) -> None:
    judge(valid()[: data.draw(st.integers(0, len(valid())))])


@settings(max_examples=300)
@given(st.data())
def test_bit_flips_in_the_header(data: st.DataObject) -> None:
    flipped = bytearray(valid())
    for _ in range(data.draw(st.integers(1, 4))):
        bit = data.draw(st.integers(0, 8 * header_length() - 1))
        flipped[bit // 8] ^= 1 << bit % 8
    judge(bytes(flipped))


def test_an_enormous_claim_takes_no_memory() -> None:
    key = struct.pack("<Q", 1) + b"k"
    count = gguf.MAX_ELEMENTS
    array = key + struct.pack("<IIQ", gguf.ARRAY, 12, count)
    tracemalloc.start()
    with pytest.raises(ModelError, match="truncated"):
        read_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + array)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_the_slowest_header_is_bounded() -> None:
    """As many strings as the limit allows: some 4 million steps, and no more."""
    key = struct.pack("<Q", 1) + b"k"
    array = key + struct.pack("<IIQ", gguf.ARRAY, gguf.STRING, 1 << 18) + bytes(8 << 18)
    started = time.monotonic()
    read_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + array)
    per_element = (time.monotonic() - started) / (1 << 18)
    assert per_element * gguf.MAX_ELEMENTS < 60
