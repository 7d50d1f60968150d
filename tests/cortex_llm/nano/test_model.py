"""The network: causal, positions relative, the size it says."""

from __future__ import annotations

import pytest

from cortex_llm.nano.sizes import SIZES, Size

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")

import torch

from cortex_llm.nano.model import Nano, attend, eight_bits, rotate

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


@pytest.mark.parametrize("rounded", [False, True])
def test_a_shared_beginning_is_computed_once_and_learnt_the_same(rounded: bool) -> None:
    torch.manual_seed(1)
    model = Nano(TINY)
    model.round_products(on=rounded)
    tokens, targets = torch.randint(0, 64, (4, 12)), torch.randint(0, 64, (4, 12))
    tokens[:, :5] = tokens[0, :5]
    weights = torch.rand(4, 12)
    weights[:, :5] = 0
    whole = model.loss(tokens, targets, weights)
    whole.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    once = model.loss(tokens, targets[:, 5:], weights[:, 5:], 5)
    once.backward()
    assert torch.allclose(whole, once, atol=1e-6)
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert parameter.grad is not None
        assert gradient is not None
        assert torch.allclose(parameter.grad, gradient, atol=1e-6)


def test_attention_is_that_of_the_fused_kernel() -> None:
    torch.manual_seed(1)
    q, k, v = torch.randn(3, 2, 2, 9, 16)
    fused = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert torch.allclose(attend(q, k, v), fused, atol=1e-5)
    assert torch.allclose(attend(q[:, :, 4:], k, v), fused[:, :, 4:], atol=1e-5)


def test_eight_bits_are_those_of_the_export() -> None:
    gguf = pytest.importorskip("gguf", reason="needs the extra train")
    torch.manual_seed(1)
    x = torch.randn(4, 64, requires_grad=True)
    kind = gguf.GGMLQuantizationType.Q8_0
    packed = gguf.quants.quantize(x.detach().numpy(), kind)
    shipped = torch.from_numpy(gguf.quants.dequantize(packed, kind))
    assert torch.allclose(eight_bits(x), shipped, atol=2e-3)  # the file's scales are halves
    assert not torch.equal(eight_bits(x), x)
    eight_bits(x).sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, torch.ones(4, 64))


def test_rounded_products_are_near_and_can_be_left() -> None:
    torch.manual_seed(1)
    model = Nano(TINY).eval()
    tokens = torch.randint(0, 64, (1, 20))
    exact = model(tokens)
    model.round_products(on=True)
    rounded = model(tokens)
    assert not torch.equal(exact, rounded)
    assert torch.allclose(exact, rounded, atol=0.05)
    model.round_products(on=False)
    assert torch.equal(exact, model(tokens))
