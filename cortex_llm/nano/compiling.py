"""Training steps as compiled code: a quarter faster on a CPU than operation by operation.

torch writes C++ for the network and calls the machine's compiler, which takes a minute or two
at the first steps and again where eight-bit products begin. The sums are taken in another order,
so the weights differ from those of a run that is not compiled; the manifest tells which it was.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from cortex_llm.errors import LlmError

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, int], torch.Tensor]


def compile_loss(loss: Loss) -> Loss:
    """`loss`, compiled at its first call for batches of any shape; LlmError where that fails."""
    try:
        torch.compile(torch.sin)(torch.ones(8))
    except RuntimeError as error:  # what torch's own errors have in common
        why = str(error).strip().splitlines()[0]
        raise LlmError(
            f"torch cannot compile here: {why}",
            hint="apt install g++ python3-dev, or leave out --compile",
        ) from error
    fast: Loss = torch.compile(loss, dynamic=True)
    return fast
