"""The table of models, and what fits."""

from __future__ import annotations

from urllib.parse import urlsplit

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


def test_the_best_leaves_room_for_others() -> None:
    assert recommended.choose_best(256 << 20, 100 * GIB) is None
    small = recommended.choose_best(GIB, 100 * GIB)
    assert small is MODELS[0]
    chosen = recommended.choose_best(16 * GIB, 100 * GIB)
    assert chosen is not None
    assert chosen.ram * 2 <= 16
