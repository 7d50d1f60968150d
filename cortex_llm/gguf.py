"""Reads a GGUF file's header: metadata and tensor table, never a weight.

The file is not trusted. Every length is checked against a named limit and against what is
left of the file before anything is read; big arrays are stepped over, only their length is
kept. Whatever the bytes are, the result is a Header or a ModelError, within a bounded time
and memory. That the data are all there is computed from the tensors' offsets and sizes.

Layout: magic, version, counts, key/value pairs, tensor table, padding, tensor data.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cortex_llm.errors import ModelError
from cortex_llm.ggml_types import TENSOR_TYPES

Value = bool | int | float | str | tuple[bool | int | float, ...]

MAGIC = b"GGUF"
OLD_MAGICS = (b"lmgg", b"tjgg", b"fmgg", b"algg")  # GGML, GGJT, GGMF and GGLA, as on disk
LFS_POINTER = b"version https://git-lfs"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32

MAX_PAIRS = 1 << 14  # models have 20 to 100
MAX_TENSORS = 1 << 16  # the largest known models have a few thousand
MAX_KEY = 1 << 16
MAX_STRING = 1 << 22  # a chat template is some 10 KiB
MAX_ELEMENTS = 1 << 22  # over all arrays; vocabularies reach 260,000 tokens and as many merges
MAX_KEPT = 1 << 10  # elements of an array worth keeping: per-layer numbers, not vocabularies
MAX_HEADER = 1 << 28  # bytes; the largest vocabularies with their merges take some 20 MiB
MAX_DIMENSIONS = 4
MAX_ALIGNMENT = 1 << 16

STRING, ARRAY = 8, 9
MAX_TYPE = 1 << 31
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}


@dataclass(frozen=True)
class Header:
    """What the header says. `lengths` holds the length of every array, kept or not."""

    version: int
    pairs: Mapping[str, Value]
    lengths: Mapping[str, int]
    tensor_types: Mapping[str, int]  # type name -> elements
    parameters: int
    file_bytes: int
    needed_bytes: int  # what the file must have for the last tensor to be whole

    @property
    def truncated(self) -> bool:
        """Whether tensor data are missing."""
        return self.file_bytes < self.needed_bytes


def read_header(path: Path) -> Header:
    """Read the header of `path`; raises ModelError with the reason and a hint."""
    try:
        if path.is_dir():
            raise ModelError(
                f"cannot read model {path}: it is a folder",
                hint="give the path of the .gguf file in it",
            )
        if not path.is_file() and path.exists():
            raise ModelError(f"cannot read model {path}: it is not a regular file")
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            return _Reader(stream, size, path).header()
    except FileNotFoundError as error:
        raise ModelError(
            f"cannot read model {path}: no such file",
            hint="cortex-llm models list shows what is there",
        ) from error
    except PermissionError as error:
        raise ModelError(
            f"cannot read model {path}: permission denied",
            hint="the file must be readable, and every folder above it searchable, by this user",
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read model {path}: {error}") from error


class _Reader:
    def __init__(self, stream: BinaryIO, size: int, path: Path) -> None:
        self._stream = stream
        self._size = size
        self._path = path
        self._at = 0
        self._elements = 0

    def header(self) -> Header:
        version = self._magic_and_version()
        tensor_count = self._read_limited("Q", MAX_TENSORS, "tensors")
        pair_count = self._read_limited("Q", MAX_PAIRS, "metadata entries")
        pairs: dict[str, Value] = {}
        lengths: dict[str, int] = {}
        for _ in range(pair_count):
            key = self._string(MAX_KEY, "a key")
            kind = self._read_limited("I", MAX_TYPE, "as a value's type")
            if kind == ARRAY:
                lengths[key], kept = self._array(key)
                if kept is not None:
                    pairs[key] = kept
            elif kind == STRING:
                pairs[key] = self._string(MAX_STRING, key)
            elif kind in SCALARS:
                pairs[key] = self._number(SCALARS[kind])
            else:
                raise self._report_damage(f"{key[:60]!r} has the unknown type {kind}")
        return self._tensors(version, tensor_count, pairs, lengths)

    def _magic_and_version(self) -> int:
        start = self._stream.read(len(LFS_POINTER))
        self._stream.seek(4)
        self._at = 4
        if start[:4] != MAGIC:
            raise self._not_gguf(start)
        version = int(self._number("I"))
        if version in VERSIONS:
            return version
        if int.from_bytes(version.to_bytes(4, "little"), "big") in VERSIONS:
            raise ModelError(
                f"{self._path} is a big-endian GGUF file",
                hint="this machine needs the little-endian file of the same model",
            )
        raise ModelError(
            f"{self._path} is GGUF version {version}; versions 2 and 3 are read",
            hint="convert or download the model again" if version < VERSIONS[0] else None,
        )

    def _not_gguf(self, start: bytes) -> ModelError:
        if not start:
            return ModelError(f"{self._path} is empty", hint="download the model again")
        if start[:4] in OLD_MAGICS:
            return ModelError(
                f"{self._path} is in the old GGML format, which servers no longer read",
                hint="download the model as GGUF",
            )
        if start.startswith(LFS_POINTER):
            return ModelError(
                f"{self._path} is a Git LFS pointer, not the model itself", hint="run: git lfs pull"
            )
        shown = start[:4].decode("latin-1").encode("unicode_escape").decode()
        return ModelError(
            f"{self._path} is not a GGUF model: it begins with '{shown}', not 'GGUF'",
            hint="models for llama.cpp are files that end in .gguf",
        )

    def _tensors(
        self, version: int, count: int, pairs: dict[str, Value], lengths: dict[str, int]
    ) -> Header:
        types: dict[str, int] = {}
        parameters = end = 0
        for _ in range(count):
            name = self._string(MAX_KEY, "a tensor's name")
            dimensions = self._read_limited("I", MAX_DIMENSIONS, "dimensions")
            elements = 1
            for _ in range(dimensions):
                elements *= int(self._number("Q"))
            kind, offset = int(self._number("I")), int(self._number("Q"))
            type_name, block, block_bytes = TENSOR_TYPES.get(kind, (f"type {kind}", 1, 0))
            if elements >= 1 << 63 or offset >= 1 << 63:
                raise self._report_damage(f"tensor {name[:60]!r} has an impossible size")
            types[type_name] = types.get(type_name, 0) + elements
            parameters += elements
            end = max(end, offset + -(-elements // block) * block_bytes)
        alignment = pairs.get("general.alignment", DEFAULT_ALIGNMENT)
        if not isinstance(alignment, int) or not 1 <= alignment <= MAX_ALIGNMENT:
            raise self._report_damage(f"general.alignment is {alignment!r}")
        start = self._at + -self._at % alignment
        return Header(version, pairs, lengths, types, parameters, self._size, start + end)

    def _array(self, key: str) -> tuple[int, tuple[bool | int | float, ...] | None]:
        """Step over an array; return its length, and its numbers when they are few."""
        kind = self._read_limited("I", MAX_TYPE, "as an array's type")
        length = self._read_limited("Q", MAX_ELEMENTS - self._elements, f"elements of {key[:60]!r}")
        self._elements += length
        if kind == STRING:
            for _ in range(length):
                self._skip(self._read_limited("Q", MAX_STRING, "bytes of a string"))
            return length, None
        if kind not in SCALARS:
            raise self._report_damage(f"{key[:60]!r} is an array of the unknown type {kind}")
        format_ = f"<{length}{SCALARS[kind]}"
        if length > MAX_KEPT:
            self._skip(struct.calcsize(format_))
            return length, None
        return length, struct.unpack(format_, self._read(struct.calcsize(format_)))

    def _string(self, limit: int, what: str) -> str:
        length = self._read_limited("Q", limit, f"bytes of {what[:60]!r}")
        return self._read(length).decode("utf-8", "replace")

    def _read_limited(self, format_: str, limit: int, what: str) -> int:
        number = int(self._number(format_))
        if number > limit:
            raise self._report_damage(f"it claims {number} {what}; the limit is {limit}")
        return number

    def _number(self, format_: str) -> int | float | bool:
        value: int | float | bool
        (value,) = struct.unpack("<" + format_, self._read(struct.calcsize("<" + format_)))
        return value

    def _read(self, length: int) -> bytes:
        self._require(length)
        data = self._stream.read(length)
        if len(data) != length:
            raise self._report_damage("it shrank while it was read")
        self._at += length
        return data

    def _skip(self, length: int) -> None:
        self._require(length)
        self._stream.seek(length, 1)
        self._at += length

    def _require(self, length: int) -> None:
        if length > self._size - self._at:
            raise ModelError(
                f"{self._path} is truncated: its header continues past its {self._size} bytes",
                hint="download the model again",
            )
        if self._at + length > MAX_HEADER:
            raise self._report_damage(f"its header continues past {MAX_HEADER} bytes")

    def _report_damage(self, why: str) -> ModelError:
        return ModelError(
            f"{self._path} is damaged: {why} (before byte {self._at})",
            hint="download the model again",
        )
