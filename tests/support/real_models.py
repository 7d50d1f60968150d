"""Real model files for tests, where scripts/fetch-test-models has put them.

SmolLM2-135M-Instruct is the weakest chat model there is, gemma-3-270m a base model without a
chat template.  A test that needs one is skipped where it is missing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path("~/.cache/cortex/models").expanduser()  # now: tests change HOME
SMOLLM2 = FOLDER / "SmolLM2-135M-Instruct.Q4_1.gguf"
GEMMA_BASE = FOLDER / "gemma-3-270m-q4_k_m.gguf"


def require(path: Path) -> Path:
    """The file, or the test is skipped."""
    if not path.exists():
        pytest.skip(f"no {path.name}; scripts/fetch-test-models brings it")
    return path
