"""Writes a trained model as GGUF, with its tokenizer, chat template and manifest.

Q8_0 is what is shipped; F16 exists to be compared with PyTorch token for token. Nothing
smaller: at four bits a model of this size no longer says the same.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from cortex_llm.nano import chat, tokenizer, train
from cortex_llm.nano.builtin import manifest_path
from cortex_llm.nano.model import Nano

LICENCE = "apache-2.0"
PROFILE_KEY, PROFILE = "cortex.profile", "nano"
KINDS = {
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}
#: What took part in making the weights.
LIBRARIES = ("torch", "numpy", "tokenizers", "gguf")
#: What else did: the same seed gives other weights where one of them differs.
MACHINE = ("device", "precision", "threads", "compiled")
LAYER_PARTS = (
    *("attn_norm", "ffn_norm", "attn_q", "attn_k", "attn_v", "attn_output"),
    *("ffn_gate", "ffn_up", "ffn_down"),
)


def export(run: Path, folder: Path, kind: str = "q8_0") -> dict[str, Any]:
    """Write `cortex-nano-SIZE-KIND.gguf` into `folder` and, for Q8_0, its manifest."""
    model, saved = train.load_checkpoint(run)
    name = f"cortex-nano-{model.size.name}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{kind}.gguf"
    write(model, run / "tokenizer.json", path, kind)
    manifest = {
        "name": name,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "licence": LICENCE,
        "parameters": model.parameter_count(),
        "shape": asdict(model.size),
        "tokenizer_sha256": saved["identity"]["tokenizer"],
        "corpus_sha256": saved["identity"]["corpus"],
        "phrases_sha256": saved["identity"]["phrases"],
        "seed": saved["identity"]["seed"],
        "examples": saved["identity"]["examples"],
        "training": saved["progress"] | {name: saved[name] for name in MACHINE},
        "versions": {library: importlib.metadata.version(library) for library in LIBRARIES}
        | {"python": platform.python_version()},
        "scores": {},
    }
    if kind == "q8_0":
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        manifest_path(folder, model.size.name).write_text(text, "utf-8")
    return manifest


def write(model: Nano, tokenizer_file: Path, path: Path, kind: str) -> None:
    """Write the GGUF file itself; the same model gives the same bytes."""
    size = model.size
    quantization, file_type = KINDS[kind]
    out = gguf.GGUFWriter(str(path), "llama")
    out.add_name(f"cortex-nano-{size.name}")
    out.add_description("Cortex's own small model: intents, choices, reading, tool calls")
    out.add_license(LICENCE)
    out.add_string(PROFILE_KEY, PROFILE)
    out.add_languages(["en", "fr", "es"])
    out.add_context_length(size.context)
    out.add_embedding_length(size.width)
    out.add_block_count(size.layers)
    out.add_feed_forward_length(size.inner)
    out.add_head_count(size.heads)
    out.add_head_count_kv(size.heads)
    out.add_rope_dimension_count(size.head_width)
    out.add_rope_freq_base(size.rope_base)
    out.add_layer_norm_rms_eps(size.epsilon)
    out.add_vocab_size(size.vocabulary)
    out.add_file_type(file_type)
    _add_tokenizer(out, tokenizer_file, size.vocabulary)

    def add(name: str, weights: Any) -> None:
        values = weights.detach().float().numpy().astype(np.float32)
        if values.ndim < 2:  # llama.cpp keeps norms whole
            out.add_tensor(name, values)
        else:
            packed = gguf.quants.quantize(values, quantization)
            out.add_tensor(name, packed, raw_dtype=quantization)

    add("token_embd.weight", model.token_embd.weight)
    for number, block in enumerate(model.blk):
        for part in LAYER_PARTS:
            add(f"blk.{number}.{part}.weight", getattr(block, part).weight)
    add("output_norm.weight", model.output_norm.weight)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def _add_tokenizer(out: Any, path: Path, vocabulary: int) -> None:
    data = json.loads(path.read_text("utf-8"))
    ids: dict[str, int] = data["model"]["vocab"]
    special = {token["content"] for token in data["added_tokens"] if token["special"]}
    names = [f"<|unused_{number}|>" for number in range(vocabulary)]
    types = [gguf.TokenType.UNUSED] * vocabulary
    for token, number in ids.items():
        names[number] = token
        types[number] = gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL
    merges = data["model"]["merges"]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(names)
    out.add_token_types(types)
    out.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    end = ids[tokenizer.END]
    out.add_bos_token_id(ids[tokenizer.END_OF_TEXT])
    out.add_eos_token_id(end)
    out.add_eot_token_id(end)
    out.add_pad_token_id(ids[tokenizer.END_OF_TEXT])
    out.add_add_bos_token(value=False)
    out.add_add_space_prefix(value=False)
    out.add_chat_template(chat.TEMPLATE)
