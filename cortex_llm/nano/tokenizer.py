"""The tokenizer: byte-level BPE, as llama.cpp reads it under the names gpt2 and gpt-2.

Every text round-trips, whatever its bytes. Trained on descriptions in the three languages and
on the requests and answers of the training examples themselves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = (END_OF_TEXT, START, END)
MIN_FREQUENCY = 2


def train(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Learn `vocabulary` tokens from texts; the same texts give the same tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=list(SPECIAL),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            min_frequency=MIN_FREQUENCY,
            show_progress=False,
        ),
    )
    return tokenizer


def load(path: Path) -> Tokenizer:
    """Read a tokenizer that `save` wrote."""
    return Tokenizer.from_file(str(path))


def save(tokenizer: Tokenizer, path: Path) -> None:
    """Write a tokenizer."""
    path.write_text(tokenizer.to_str(), "utf-8")


def digest(tokenizer: Tokenizer) -> str:
    """A checksum of what a tokenizer does: its tokens and merges, in a form of our own."""
    model: dict[str, Any] = json.loads(tokenizer.to_str())["model"]
    text = json.dumps([model["vocab"], model["merges"]], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
