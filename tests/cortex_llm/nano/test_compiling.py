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
from cortex_llm.nano.compiling import compiled

def loss(x, y, w):
    return ((x - y).square() * w).sum() / w.sum()

fast = compiled(loss)
for shape in ((4, 7), (3, 11)):
    x, y, w = (torch.rand(shape, requires_grad=True) for _ in range(3))
    slow = torch.autograd.grad(loss(x, y, w), x)
    assert torch.allclose(torch.autograd.grad(fast(x, y, w), x)[0], slow[0]), shape
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
