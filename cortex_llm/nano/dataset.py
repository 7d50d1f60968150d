"""Turns examples into batches of tokens: similar lengths together, answers before all.

An intent is decided by one word of a dozen of its answer; that word is marked, so that training
can give it its due. All requests for an intent begin alike: they are in batches of their own,
whose beginning is computed once, and half of them end at that word, since the subject behind it
costs as much again.

The tokens of other prompts are learnt too, at a small weight: passages repeat words, and learning
to say them again is learning to copy, which answers are made of.

An epoch is a shuffle, cut into chunks; each chunk's requests and its other examples are sorted by
length and cut into batches of about the same number of tokens. All of it follows from the seed
and the epoch's number, so a resumed run continues with the very batches that it would have had.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from cortex_llm.nano import chat, tokenizer
from cortex_llm.nano.example import Example
from cortex_llm.nano.examples import TEXT

CHUNK = 4096  # examples sorted by length together: little padding, yet well mixed
PROMPT_WEIGHT = 0.15  # of an answer's token: prompts are ten times as long as answers
INTENT = re.compile(r'\{"intent":"(\w+)"')


class Batch(NamedTuple):
    """Sequences of tokens that all begin with the same `shared` ones (see Nano.hidden).

    What each position should say next, how much that counts, and whether it decides an intent:
    (sequences, positions from `shared` on).
    """

    inputs: Tensor
    targets: Tensor
    weights: Tensor
    deciding: Tensor
    shared: int


@dataclass(frozen=True)
class EncodedExample:
    """The tokens of an example, how many of them are the prompt, and which ones decide."""

    tokens: NDArray[np.uint16]
    prompt: int
    deciding: range


def encode(examples: Sequence[Example], tokens: Tokenizer, context: int) -> list[EncodedExample]:
    """Tokenize; an example that is longer than the context is left out.

    Of those that name an intent, every second one ends there.
    """
    prompts = [
        tokenizer.END_OF_TEXT if example.kind == TEXT else chat.render(example.messages)
        for example in examples
    ]
    answers = [
        example.answer + (tokenizer.END_OF_TEXT if example.kind == TEXT else chat.END)
        for example in examples
    ]
    encoded: list[EncodedExample] = []
    decided = 0
    for prompt, answer, text in zip(
        tokens.encode_batch(prompts), tokens.encode_batch(answers), answers, strict=True
    ):
        ids = prompt.ids + answer.ids
        if len(ids) <= context + 1:
            at = len(prompt.ids)
            spelt = _find_deciding(text, answer)
            deciding = range(at + spelt.start, at + spelt.stop)
            if deciding:
                decided += 1
                ids = ids[: deciding.stop] if decided % 2 else ids
            encoded.append(EncodedExample(np.array(ids, dtype=np.uint16), at, deciding))
    return encoded


def _find_deciding(text: str, answer: Encoding) -> range:
    """Which tokens of an answer name its intent; none where it names none."""
    named = INTENT.match(text)
    if named is None:
        return range(0)
    first = answer.char_to_token(named.start(1))
    last = answer.char_to_token(named.end(1) - 1)
    return range(first, last + 1)


def make_batches(
    encoded: Sequence[EncodedExample], batch_tokens: int, seed: int, epoch: int
) -> Iterator[Batch]:
    """The batches of one epoch."""
    chance = random.Random(f"{seed} {epoch}")  # noqa: S311 - the same seed must say the same
    order = list(range(len(encoded)))
    chance.shuffle(order)
    for start in range(0, len(order), CHUNK):
        chunk = [encoded[at] for at in order[start : start + CHUNK]]
        asked = [item for item in chunk if item.deciding]
        shared = _find_shared_prefix(asked)
        cut = [(group, shared) for group in _truncate(asked, batch_tokens, shared)]
        rest = [item for item in chunk if not item.deciding]
        cut += [(group, 0) for group in _truncate(rest, batch_tokens, 0)]
        chance.shuffle(cut)
        for group, begun in cut:
            yield _pad(group, begun)


def _truncate(
    items: Sequence[EncodedExample], batch_tokens: int, shared: int
) -> list[list[EncodedExample]]:
    """Groups of similar lengths that cost about `batch_tokens` to compute."""
    groups: list[list[EncodedExample]] = []
    for item in sorted(items, key=lambda item: len(item.tokens)):
        each = len(item.tokens) - shared
        if not groups or shared + (len(groups[-1]) + 1) * each > batch_tokens:
            groups.append([])
        groups[-1].append(item)
    return groups


def _find_shared_prefix(items: Sequence[EncodedExample]) -> int:
    """How many tokens all prompts begin with; the last of a prompt is nobody's to share."""
    if not items:
        return 0
    least = min(item.prompt for item in items) - 1
    rows = np.stack([item.tokens[:least] for item in items])
    return int(np.append((rows == rows[0]).all(0), values=False).argmin())


def _pad(group: Sequence[EncodedExample], shared: int) -> Batch:
    longest = max(len(item.tokens) for item in group) - 1
    inputs = torch.zeros(len(group), longest, dtype=torch.long)
    targets = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    deciding = torch.zeros(len(group), longest, dtype=torch.bool)
    for row, item in enumerate(group):
        ids = torch.from_numpy(item.tokens.astype(np.int64))
        inputs[row, : len(ids) - 1] = ids[:-1]
        targets[row, : len(ids) - 1] = ids[1:]
        weights[row, item.prompt - 1 : len(ids) - 1] = 1.0
        if item.deciding:
            deciding[row, item.deciding.start - 1 : item.deciding.stop - 1] = True
        else:
            weights[row, : item.prompt - 1] = PROMPT_WEIGHT
    return Batch(inputs, targets[:, shared:], weights[:, shared:], deciding[:, shared:], shared)
