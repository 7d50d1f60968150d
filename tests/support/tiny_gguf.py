"""Writes small, valid llama models with random weights, in the GGUF format.

What makes them useful for tests:

* real model servers load them: a byte-level vocabulary, a ChatML template, F16 weights;
* they are deterministic: the same arguments give the same bytes;
* they never end early. Dimension 0 of the residual stream carries a constant (every
  embedding sets it, no layer writes to it), and the output rows of everything but
  printable ASCII weigh it hugely negative: ``max_tokens`` tokens really come, and the text
  is printable. A grammar still ends a reply: it leaves nothing else to choose;
* a 31-million-parameter shape takes a second: one block of random numbers is tiled, its
  length prime, so that no two rows are alike.

Only the standard library; nothing here knows cortex.
"""

from __future__ import annotations

import random
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Value = bool | int | float | str | list[str] | list[int] | list[float]
Tensor = tuple[str, tuple[int, ...], int, bytes]  # name, shape, type, data

GGUF_MAGIC = b"GGUF"
GGUF_VERSION = 3
ALIGNMENT = 32
UINT16, U32, INT32, F32, BOOL, STRING, ARRAY, U64 = 2, 4, 5, 6, 7, 8, 9, 10
TENSOR_F32, TENSOR_F16 = 0, 1
FILE_TYPE_MOSTLY_F16 = 1
TOKEN_NORMAL, TOKEN_CONTROL, TOKEN_UNUSED = 1, 3, 5

CONTROL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PRINTABLE = range(0x20, 0x7F)
#: Byte pairs that become one token, so that the merging path of the tokenizer runs too.
MERGES = ["t h", "i n", "a n", "th e", "e r", "o n", "r e", "Ġ t", "an d"]
DEFAULT_VOCAB = 256 + len(CONTROL_TOKENS) + len(MERGES)

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

BLOCK_ELEMENTS = 65_521  # the largest prime below 2**16: rows of a tiled tensor never repeat
RESIDUAL_CONSTANT = 1.0  # of the other dimensions' scale: more, and every token looks alike
NEVER = -1000.0  # an output weight on the constant: its token's logit is out of reach


class U16(int):
    """A number that is written as 16 bits without sign."""


class I32(int):
    """A number that is written as 32 bits with sign."""


def write_model(path: Path | str, **options: Any) -> Path:
    """Write a model to `path` and return it; the options are those of ``_make_model``."""
    path = Path(path)
    _write(path, *_make_model(**options))
    return path


def _make_model(
    *,
    layers: int = 2,
    d_model: int = 64,
    heads: int = 4,
    ff: int = 128,
    context: int = 2048,
    vocab: int = DEFAULT_VOCAB,
    seed: int = 0,
    name: str = "cortex-test",
    chat_template: bool = True,
    extra_kv: Mapping[str, Value] | None = None,
) -> tuple[dict[str, Value], list[Tensor]]:
    """Its metadata and tensors; `extra_kv` adds metadata, or replaces it."""
    if vocab < DEFAULT_VOCAB:
        raise ValueError(f"vocab {vocab} is below the {DEFAULT_VOCAB} tokens that are always there")
    tokens, types = _vocabulary(vocab)
    metadata: dict[str, Value] = {
        "general.architecture": "llama",
        "general.name": name,
        "general.alignment": ALIGNMENT,
        "general.file_type": FILE_TYPE_MOSTLY_F16,
        "llama.vocab_size": vocab,
        "llama.context_length": context,
        "llama.embedding_length": d_model,
        "llama.block_count": layers,
        "llama.feed_forward_length": ff,
        "llama.rope.dimension_count": d_model // heads,
        "llama.attention.head_count": heads,
        "llama.attention.head_count_kv": heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.bos_token_id": 256,
        "tokenizer.ggml.eos_token_id": 258,
        "tokenizer.ggml.add_bos_token": False,
    }
    if chat_template:
        metadata["tokenizer.chat_template"] = CHATML
    metadata.update(extra_kv or {})

    weights = _Weights(seed)
    tensors = list(_tensors(weights, layers, d_model, ff, vocab))
    return metadata, tensors


def _write(path: Path, metadata: Mapping[str, Value], tensors: list[Tensor]) -> None:
    with path.open("wb") as out:
        out.write(
            _header(metadata, [(n, shape, kind, len(data)) for n, shape, kind, data in tensors])
        )
        for _, _, _, data in tensors:
            out.write(data)
            out.write(bytes(-len(data) % ALIGNMENT))


def write_split_model(folder: Path, name: str, count: int, **options: Any) -> list[Path]:
    """Write a model in `count` files as ``gguf-split`` makes them; return their paths."""
    metadata, tensors = _make_model(**options)
    size = -(-len(tensors) // count)
    paths = []
    for number in range(count):
        split: dict[str, Value] = {
            "split.no": U16(number),
            "split.count": U16(count),
            "split.tensors.count": I32(len(tensors)),
        }
        path = folder / f"{name}-{number + 1:05d}-of-{count:05d}.gguf"
        own = tensors[number * size : (number + 1) * size]
        _write(path, {**metadata, **split} if number == 0 else split, own)
        paths.append(path)
    return paths


def _byte_names() -> list[str]:
    """GPT-2's printable stand-in for each of the 256 bytes."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    names, extra = [], 0
    for byte in range(256):
        if byte in plain:
            names.append(chr(byte))
        else:
            names.append(chr(256 + extra))
            extra += 1
    return names


def _vocabulary(size: int) -> tuple[list[str], list[int]]:
    tokens = _byte_names() + CONTROL_TOKENS + [merge.replace(" ", "") for merge in MERGES]
    types = [TOKEN_NORMAL] * 256 + [TOKEN_CONTROL] * len(CONTROL_TOKENS)
    types += [TOKEN_NORMAL] * len(MERGES)
    unused = size - len(tokens)
    tokens += [f"<|unused_{i}|>" for i in range(unused)]
    return tokens, types + [TOKEN_UNUSED] * unused


class _Weights:
    """Random tensors cut from one tiled block; every tensor starts elsewhere in it."""

    def __init__(self, seed: int) -> None:
        source = random.Random(seed)
        self._normal = [source.gauss(0.0, 1.0) for _ in range(BLOCK_ELEMENTS)]
        self._blocks: dict[float, bytes] = {}
        self._start = 0

    def matrix(self, inputs: int, outputs: int, *, unit: bool = False) -> bytearray:
        """F16, `outputs` rows of `inputs`: of scale 1, or so as to keep a unit signal a unit."""
        scale = 1.0 if unit else inputs**-0.5
        if scale not in self._blocks:
            numbers = [value * scale for value in self._normal]
            self._blocks[scale] = struct.pack(f"<{BLOCK_ELEMENTS}e", *numbers)
        block, size = self._blocks[scale], 2 * inputs * outputs
        self._start = (self._start + 7919) % BLOCK_ELEMENTS
        tiled = block * (size // len(block) + 2)
        return bytearray(tiled[2 * self._start : 2 * self._start + size])


def _tensors(weights: _Weights, layers: int, d_model: int, ff: int, vocab: int) -> Iterable[Tensor]:
    ones = array("f", [1.0]) * d_model
    if sys.byteorder == "big":
        ones.byteswap()
    norm = ones.tobytes()

    def matrix(name: str, inputs: int, outputs: int, *, spare_constant: bool = False) -> Tensor:
        data = weights.matrix(inputs, outputs)
        if spare_constant:
            data[: 2 * inputs] = bytes(2 * inputs)
        return name, (inputs, outputs), TENSOR_F16, bytes(data)

    embedding = weights.matrix(d_model, vocab, unit=True)
    output = weights.matrix(d_model, vocab)
    for token in range(vocab):
        row = 2 * d_model * token
        struct.pack_into("<e", embedding, row, RESIDUAL_CONSTANT)
        struct.pack_into("<e", output, row, 0.0 if token in PRINTABLE else NEVER)
    yield "token_embd.weight", (d_model, vocab), TENSOR_F16, bytes(embedding)
    for layer in range(layers):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", (d_model,), TENSOR_F32, norm
        yield matrix(block + "attn_q.weight", d_model, d_model)
        yield matrix(block + "attn_k.weight", d_model, d_model)
        yield matrix(block + "attn_v.weight", d_model, d_model)
        yield matrix(block + "attn_output.weight", d_model, d_model, spare_constant=True)
        yield block + "ffn_norm.weight", (d_model,), TENSOR_F32, norm
        yield matrix(block + "ffn_gate.weight", d_model, ff)
        yield matrix(block + "ffn_up.weight", d_model, ff)
        yield matrix(block + "ffn_down.weight", ff, d_model, spare_constant=True)
    yield "output_norm.weight", (d_model,), TENSOR_F32, norm
    yield "output.weight", (d_model, vocab), TENSOR_F16, bytes(output)


def _header(
    metadata: Mapping[str, Value], tensors: list[tuple[str, tuple[int, ...], int, int]]
) -> bytes:
    out = bytearray(GGUF_MAGIC)
    out += struct.pack("<IQQ", GGUF_VERSION, len(tensors), len(metadata))
    for key, value in metadata.items():
        out += _string(key) + _value(value)
    offset = 0
    for name, shape, kind, size in tensors:
        out += _string(name) + struct.pack("<I", len(shape))
        out += struct.pack(f"<{len(shape)}QIQ", *shape, kind, offset)
        offset += size + -size % ALIGNMENT
    return bytes(out) + bytes(-len(out) % ALIGNMENT)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Value) -> bytes:
    if isinstance(value, list):
        kind = _scalar(value[0])[0] if value else STRING
        if kind == U32:
            kind = INT32  # what readers expect of token types
        items = b"".join(_scalar(item)[1] for item in value)
        return struct.pack("<IIQ", ARRAY, kind, len(value)) + items
    kind, data = _scalar(value)
    return struct.pack("<I", kind) + data


def _scalar(value: bool | int | float | str) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, U16):
        return UINT16, struct.pack("<H", value)
    if isinstance(value, int):
        if value < 0 or isinstance(value, I32):
            return INT32, struct.pack("<i", value)
        return (
            (U32, struct.pack("<I", value)) if value < 1 << 32 else (U64, struct.pack("<Q", value))
        )
    if isinstance(value, float):
        return F32, struct.pack("<f", value)
    return STRING, _string(value)
