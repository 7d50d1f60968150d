"""Batches: every example once, what they begin with once, the same each time."""

from __future__ import annotations

import pytest

from cortex_llm.nano import prompts
from cortex_llm.nano.example import Example
from cortex_llm.nano.examples import Maker
from tests.cortex_llm.nano import small

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")
pytest.importorskip("tokenizers", reason="needs the extra train")

import torch
from tokenizers import Tokenizer

from cortex_llm.nano import dataset, tokenizer

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(Maker(small.words(), small.texts()).make(200, 1))


@pytest.fixture(scope="module")
def tokens(examples: list[Example]) -> Tokenizer:
    texts = [m["content"] for e in examples for m in e.messages] + [e.answer for e in examples]
    return tokenizer.train(texts, 512)


@pytest.fixture(scope="module")
def encoded(examples: list[Example], tokens: Tokenizer) -> list[dataset.EncodedExample]:
    return dataset.encode(examples, tokens, 1024)


def test_an_epoch_holds_every_example_once(encoded: list[dataset.EncodedExample]) -> None:
    assert len(encoded) == 200
    got = list(dataset.make_batches(encoded, 2048, seed=1, epoch=0))
    assert sum(len(batch.inputs) for batch in got) == 200
    weight = sum(float((batch.weights == 1.0).sum()) for batch in got)
    assert weight == sum(len(item.tokens) - item.prompt for item in encoded)
    for batch in got:
        assert batch.targets.numel() + batch.shared <= 2048 or len(batch.inputs) == 1


def test_targets_are_the_next_tokens(encoded: list[dataset.EncodedExample]) -> None:
    item = next(item for item in encoded if not item.deciding)
    batch = next(iter(dataset.make_batches([item], 2048, 1, 0)))
    assert batch.shared == 0
    assert batch.inputs[0].tolist() == item.tokens[:-1].tolist()
    assert batch.targets[0].tolist() == item.tokens[1:].tolist()
    assert float(batch.weights[0, item.prompt - 1]) == 1.0
    assert float(batch.weights[0, item.prompt - 2]) == pytest.approx(dataset.PROMPT_WEIGHT)


def test_requests_for_an_intent_share_their_beginning(
    encoded: list[dataset.EncodedExample], tokens: Tokenizer
) -> None:
    for batch in dataset.make_batches(encoded, 2048, 1, 0):
        if not batch.deciding.any():
            assert batch.shared == 0
            continue
        begun = batch.inputs[:, : batch.shared]
        assert "Task: intent" in tokens.decode(begun[0].tolist())
        assert torch.equal(begun, begun[:1].expand_as(begun))
        assert set(batch.weights.unique().tolist()) <= {0.0, 1.0}  # prompts cost nothing
        for targets, deciding in zip(batch.targets, batch.deciding, strict=True):
            assert tokens.decode(targets[deciding].tolist()) in prompts.INTENTS
        followed = batch.weights[:, 1:] > 0  # neither padding nor a row's last target
        following = batch.inputs[:, batch.shared + 1 :]
        assert torch.equal(batch.targets[:, :-1][followed], following[followed])


def test_every_second_request_ends_with_its_intent(encoded: list[dataset.EncodedExample]) -> None:
    asked = [item for item in encoded if item.deciding]
    assert len(asked) > 100
    cut = [item for item in asked if len(item.tokens) == item.deciding.stop]
    assert cut == asked[::2]


def test_what_decides_is_the_intent_s_name() -> None:
    examples = [
        Example("intent", prompts.intent("get vim"), prompts.intent_reply("install", "vim")),
        Example("choose", prompts.choose("vim", [("vim", "x")]), prompts.choose_reply(["vim"])),
    ]
    tokens = tokenizer.train([*(e.answer for e in examples), "get vim"] * 9, 512)
    one, other = dataset.encode(examples, tokens, 1024)
    named = one.tokens[one.deciding.start : one.deciding.stop].tolist()
    assert tokens.decode(named) == "install"
    assert not other.deciding
    batch = next(iter(dataset.make_batches([one], 2048, 1, 0)))
    assert batch.targets[0][batch.deciding[0]].tolist() == named


def test_the_order_follows_from_seed_and_epoch(encoded: list[dataset.EncodedExample]) -> None:
    def order(seed: int, epoch: int) -> list[torch.Tensor]:
        return [batch.inputs for batch in dataset.make_batches(encoded, 1024, seed, epoch)]

    first, again, other = order(1, 0), order(1, 0), order(1, 1)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert any(
        a.shape != b.shape or not torch.equal(a, b) for a, b in zip(first, other, strict=False)
    )


def test_what_is_too_long_is_left_out(examples: list[Example], tokens: Tokenizer) -> None:
    short = dataset.encode(examples, tokens, 60)
    assert 0 < len(short) < 200
    assert all(len(item.tokens) <= 61 for item in short)
