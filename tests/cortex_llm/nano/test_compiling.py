"""Compiled steps compute the same; without a compiler the error names the remedy.

In processes of their own: torch's compiler leaves threads and workers behind until the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cortex_llm.nano import small

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")
pytest.importorskip("tokenizers", reason="needs the extra train")

SAME = """
import torch
from cortex_llm.nano.compiling import compile_loss
from cortex_llm.nano.model import Nano
from cortex_llm.nano.sizes import Size

model = Nano(Size("fixture", 64, 32, 1, 2, 64, 1, 1024, 0.005))
fast = compile_loss(model.loss)
for rows, length, shared in ((4, 17, 5), (3, 21, 6), (4, 17, 0)):
    tokens = torch.randint(0, 64, (rows, length))
    tokens[:, :shared] = tokens[0, :shared]
    weights = torch.rand(rows, length - shared)
    slow, quick = (
        torch.autograd.grad(loss(tokens, tokens[:, shared:], weights, shared), model.parameters())
        for loss in (model.loss, fast)
    )
    for one, other in zip(slow, quick, strict=True):
        assert torch.allclose(one, other, atol=1e-5), shared
"""
TRAIN = """
import sys
from pathlib import Path
from cortex_llm.errors import LlmError
from cortex_llm.nano import train
from cortex_llm.nano.sizes import SIZES
corpus, run = map(Path, sys.argv[1:])
plan = train.Plan(corpus, run, SIZES["fixture"], seed=1, examples=50, steps=1, compiled=True)
try:
    train.train(plan, print)
except LlmError as error:
    print(error, error.hint)
"""


def run(code: str, *arguments: Path, **settings: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        env=os.environ | settings, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def test_compiled_steps_compute_the_same() -> None:
    run(SAME)


def test_without_a_compiler_the_error_names_the_remedy(tmp_path: Path) -> None:
    said = run(
        TRAIN, small.write(tmp_path / "corpus"), tmp_path / "run",
        CXX=str(tmp_path / "no-such-compiler"), TORCHINDUCTOR_CACHE_DIR=str(tmp_path / "cache"),
    )  # fmt: skip
    assert "torch cannot compile here" in said
    assert "apt install g++" in said
