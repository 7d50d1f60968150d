"""The table of models, and what fits."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from cortex_llm import recommended
from cortex_llm.recommended import GIB, MODELS


def test_the_table_is_sound() -> None:
    assert len({model.key for model in MODELS}) == len(MODELS)
    for model in MODELS:
        assert urlsplit(model.url).scheme == "https"
        assert model.file_name.endswith(".gguf")
        assert 0 < model.size < model.ram
        assert recommended.find(model.key) is model
    assert [model.size for model in MODELS] == sorted(model.size for model in MODELS)


def test_the_documented_models_are_there() -> None:
    assert {"tinyllama-1.1b", "phi-2.7b", "mistral-7b", "llama2-13b"} <= {m.key for m in MODELS}


def test_what_fits() -> None:
    biggest = MODELS[-1]
    assert recommended.explain_misfit(biggest, 8 * GIB, 100 * GIB) == "needs 16 GiB of memory"
    assert "disk" in (recommended.explain_misfit(biggest, 32 * GIB, GIB) or "")
    assert recommended.explain_misfit(biggest, 32 * GIB, 100 * GIB) is None


@pytest.mark.parametrize(
    ("memory", "cores", "expected"),
    [
        (1, 2, "smollm2-360m"),
        (4, 2, "qwen2.5-1.5b"),
        (64, 2, "qwen2.5-1.5b"),  # the cores decide, however much memory there is
        (8, 4, "qwen2.5-3b"),
        (16, 4, "qwen2.5-3b"),
        (16, 8, "mistral-7b"),
        (64, 16, "llama2-13b"),
        (64, 1, "llama-3.2-1b"),
    ],
)
def test_the_default_fits_the_machine(memory: int, cores: int, expected: str) -> None:
    chosen = recommended.choose_best(memory * GIB, 100 * GIB, cores)
    assert chosen is not None
    assert chosen.key == expected


def test_nothing_fits_a_tiny_machine_or_a_full_disk() -> None:
    assert recommended.choose_best(256 << 20, 100 * GIB, 2) is None
    assert recommended.choose_best(8 * GIB, 100 << 20, 8) is None
