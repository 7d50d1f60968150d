"""Reads a shipped model back into PyTorch, and its tokenizer, without any of our exporter.

Parity is then tested on the very weights that are shipped, with no checkpoint at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from cortex_llm.nano import tokenizer
from cortex_llm.nano.model import Nano
from cortex_llm.nano.sizes import SIZES


def load(path: Path, size: str) -> tuple[Nano, Tokenizer]:
    """The model and the tokenizer of a GGUF file; weights rounded to what F16 can say."""
    reader = gguf.GGUFReader(path)
    model = Nano(SIZES[size]).eval()
    state = model.state_dict()
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        rounded = values.astype(np.float16) if values.ndim == 2 else values
        state[tensor.name] = torch.from_numpy(rounded.astype(np.float32))
    model.load_state_dict(state)
    return model, _tokenizer(reader)


def _tokenizer(reader: Any) -> Tokenizer:
    tokens = reader.get_field("tokenizer.ggml.tokens").contents()
    merges = reader.get_field("tokenizer.ggml.merges").contents()
    pairs = [tuple(merge.split(" ")) for merge in merges]
    made = Tokenizer(models.BPE({token: at for at, token in enumerate(tokens)}, pairs))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True) for token in tokenizer.SPECIAL])
    return made


def save_run(model: Nano, tokens: Tokenizer, run: Path) -> None:
    """Write them as a run's folder, from which `export` works."""
    run.mkdir(parents=True, exist_ok=True)
    tokenizer.save(tokens, run / "tokenizer.json")
    data = json.loads(tokens.to_str())
    assert [token["content"] for token in data["added_tokens"]] == list(tokenizer.SPECIAL)
