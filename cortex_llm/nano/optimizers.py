"""How weights follow their gradients: Muon for the matrices, AdamW for embeddings and norms."""

from __future__ import annotations

import torch
from torch import nn

from cortex_llm.nano.model import Nano

DECAY = 0.05


class Optimizers:
    """Muon for the matrices, AdamW for embeddings and norms."""

    def __init__(self, model: Nano, rate: float) -> None:
        matrices: list[nn.Parameter] = []
        rest: list[nn.Parameter] = []
        for name, parameter in model.named_parameters():
            (matrices if parameter.dim() == 2 and "embd" not in name else rest).append(parameter)
        self._rate = rate
        self.all: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(
                matrices, lr=rate, weight_decay=DECAY, momentum=0.95,
                adjust_lr_fn="match_rms_adamw",
            ),
            torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0),
        )  # fmt: skip

    def step(self, share: float) -> None:
        """Apply the gradients at a share of the rate, and forget them."""
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["lr"] = self._rate * share
            optimizer.step()
            optimizer.zero_grad()
