from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra train: pip install 'cortex-linux[train]'")

import torch

from cortex_llm.nano.precision import precision


@pytest.mark.parametrize(
    ("flags", "device", "found"),
    [
        ("fpu avx2 avx512f", "cpu", torch.float32),
        ("fpu avx2 avx512f", "cpu:0", torch.float32),
        ("fpu avx512f avx512_bf16", "cpu", torch.bfloat16),
        ("fp asimd i8mm bf16", "cpu", torch.bfloat16),
        ("fpu avx2", "cuda", torch.bfloat16),
        ("fpu avx2", "cuda:1", torch.bfloat16),
    ],
)
def test_bfloat16_is_for_what_has_it(
    tmp_path: Path, flags: str, device: str, found: torch.dtype
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags\t\t: {flags}\n")
    assert precision(device, tmp_path / "cpuinfo") is found
