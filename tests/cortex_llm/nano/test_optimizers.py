"""Which optimizer moves which weights, and by what share of the rate."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")

import torch

from cortex_llm.nano.model import Nano
from cortex_llm.nano.optimizers import Optimizers
from cortex_llm.nano.sizes import Size

pytestmark = pytest.mark.filterwarnings("default")

TINY = Size("fixture", 64, 32, 2, 2, 64, 1, 1024, 0.005)


def test_muon_has_the_matrices_and_adamw_the_rest() -> None:
    model = Nano(TINY)
    muon, adamw = Optimizers(model, 0.01).all
    moved = [parameter for group in muon.param_groups for parameter in group["params"]]
    assert len(moved) == 2 * 7
    rest = [parameter for group in adamw.param_groups for parameter in group["params"]]
    every = {id(parameter) for parameter in model.parameters()}
    assert {id(parameter) for parameter in moved} | {id(parameter) for parameter in rest} == every
    assert len(moved) + len(rest) == len(every)
    assert any(parameter is model.token_embd.weight for parameter in rest)


def test_a_step_follows_the_gradients_by_a_share_of_the_rate_and_forgets_them() -> None:
    torch.manual_seed(1)
    model = Nano(TINY)
    optimizers = Optimizers(model, 0.01)
    tokens = torch.randint(0, 64, (2, 9))

    def moved(share: float) -> list[float]:
        before = [parameter.detach().clone() for parameter in model.parameters()]
        model.loss(tokens, tokens, torch.ones(2, 9)).backward()
        optimizers.step(share)
        return [
            float((parameter.detach() - old).abs().mean())
            for parameter, old in zip(model.parameters(), before, strict=True)
        ]

    assert not any(moved(0.0))
    assert all(parameter.grad is None for parameter in model.parameters())
    for small, large in zip(moved(0.01), moved(1.0), strict=True):
        assert 0 < 10 * small < large
