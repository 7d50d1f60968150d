"""Turns examples into batches of tokens: similar lengths together, answers before all.

A prompt's tokens are learnt too, at a small weight: the requests and passages repeat words, and
learning to say them again is learning to copy, which answers are made of.

An epoch is a shuffle, cut into chunks; each chunk is sorted by length and cut into batches of
about the same number of tokens. All of it follows from the seed and the epoch's number, so a
resumed run continues with the very batches that it would have had.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from cortex_llm.nano import chat, tokenizer
from cortex_llm.nano.examples import TEXT, Example

CHUNK = 4096  # examples sorted by length together: little padding, yet well mixed
PROMPT_WEIGHT = 0.15  # of an answer's token: prompts are ten times as long as answers


#: Inputs, targets, and how much each target counts.
Batch = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Encoded:
    """The tokens of an example, and how many of them are the prompt."""

    tokens: NDArray[np.uint16]
    prompt: int


def encode(examples: Sequence[Example], tokens: Tokenizer, context: int) -> list[Encoded]:
    """Tokenize; an example that is longer than the context is left out."""
    prompts = [
        tokenizer.END_OF_TEXT if example.kind == TEXT else chat.render(example.messages)
        for example in examples
    ]
    answers = [
        example.answer + (tokenizer.END_OF_TEXT if example.kind == TEXT else chat.END)
        for example in examples
    ]
    encoded = []
    for prompt, answer in zip(
        tokens.encode_batch(prompts), tokens.encode_batch(answers), strict=True
    ):
        ids = prompt.ids + answer.ids
        if len(ids) <= context + 1:
            encoded.append(Encoded(np.array(ids, dtype=np.uint16), len(prompt.ids)))
    return encoded


def batches(
    encoded: Sequence[Encoded], batch_tokens: int, seed: int, epoch: int
) -> Iterator[Batch]:
    """The batches of one epoch."""
    chance = random.Random(f"{seed} {epoch}")  # noqa: S311 - the same seed must say the same
    order = list(range(len(encoded)))
    chance.shuffle(order)
    groups: list[list[Encoded]] = []
    for start in range(0, len(order), CHUNK):
        chunk = sorted(
            (encoded[at] for at in order[start : start + CHUNK]), key=lambda item: len(item.tokens)
        )
        cut: list[list[Encoded]] = [[]]
        for item in chunk:
            if cut[-1] and (len(cut[-1]) + 1) * len(item.tokens) > batch_tokens:
                cut.append([])
            cut[-1].append(item)
        chance.shuffle(cut)
        groups += cut
    for group in groups:
        yield _padded(group)


def _padded(group: Sequence[Encoded]) -> Batch:
    longest = max(len(item.tokens) for item in group) - 1
    inputs = torch.zeros(len(group), longest, dtype=torch.long)
    targets = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    for row, item in enumerate(group):
        ids = torch.from_numpy(item.tokens.astype(np.int64))
        inputs[row, : len(ids) - 1] = ids[:-1]
        targets[row, : len(ids) - 1] = ids[1:]
        weights[row, : item.prompt - 1] = PROMPT_WEIGHT
        weights[row, item.prompt - 1 : len(ids) - 1] = 1.0
    return inputs, targets, weights
