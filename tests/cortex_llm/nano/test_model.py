"""The network: causal, positions relative, the size it says."""

from __future__ import annotations

import pytest

from cortex_llm.nano.sizes import SIZES, Size

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")

import torch

from cortex_llm.nano.model import Nano, rotate

pytestmark = pytest.mark.filterwarnings("default")

TINY = Size("fixture", 64, 32, 2, 2, 64, 1, 1024, 0.005)


@pytest.mark.parametrize(("size", "millions"), [("fixture", 1.1), ("default", 5.1), ("full", 31)])
def test_parameters(size: str, millions: float) -> None:
    with torch.device("meta"):
        model = Nano(SIZES[size])
    assert model.parameter_count() / 1e6 == pytest.approx(millions, rel=0.1)


def test_the_future_is_not_seen() -> None:
    torch.manual_seed(1)
    model = Nano(TINY).eval()
    tokens = torch.randint(0, 64, (1, 20))
    changed = tokens.clone()
    changed[0, 12] = (changed[0, 12] + 1) % 64
    first, second = model(tokens), model(changed)
    assert torch.allclose(first[0, :12], second[0, :12])
    assert not torch.allclose(first[0, 12:], second[0, 12:])


def test_rotation_keeps_lengths_and_only_differences_count() -> None:
    model = Nano(TINY)
    x = torch.randn(1, 1, 1, 16).expand(1, 1, 30, 16)
    turned = rotate(x, model.cosine, model.sine)
    assert torch.allclose(turned.norm(dim=-1), x.norm(dim=-1), atol=1e-5)
    products = (turned[0, 0, :-5] * turned[0, 0, 5:]).sum(-1)
    assert torch.allclose(products, products[:1].expand_as(products), atol=1e-4)


def test_weights_of_zero_do_not_count() -> None:
    torch.manual_seed(1)
    model = Nano(TINY)
    tokens, targets = torch.randint(0, 64, (2, 9)), torch.randint(0, 64, (2, 9))
    weights = torch.ones(2, 9)
    weights[1] = 0
    assert torch.allclose(
        model.loss(tokens, targets, weights),
        model.loss(tokens[:1], targets[:1], weights[:1]),
        atol=1e-5,
    )
