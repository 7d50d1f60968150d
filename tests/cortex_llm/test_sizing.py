from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_llm import models, sizing
from cortex_llm.config import Settings
from cortex_llm.machine import Machine
from cortex_llm.models import ModelInfo
from cortex_llm.sizing import SUPERVISOR_BYTES, plan

GIB = 1 << 30
LARGE = ModelInfo(  # the shape of a model of 7 billion parameters, 8 KV heads of 128, 32 layers
    path=Path("/models/large.gguf"),
    name="large",
    architecture="llama",
    parameters=7_000_000_000,
    quantisation="Q4_K_M",
    context_length=32768,
    tokenizer="llama",
    vocabulary=32000,
    chat_template=True,
    profile=None,
    gguf_version=3,
    file_bytes=4 * GIB,
    needed_bytes=4 * GIB,
    kv_bytes_per_token=32 * 8 * (128 + 128) * 2,
)


def machine(memory: int, cores: int = 4) -> Machine:
    return Machine(memory, "RAM", memory, cores)


def test_room_enough_gives_the_defaults() -> None:
    sized = plan(Settings(), LARGE, machine(32 * GIB))
    assert (sized.context, sized.parallel, sized.threads) == (4096, 4, 4)
    assert (sized.cache_ram_mb, sized.fits, sized.notes) == (256, True, ())


def test_never_above_what_the_model_was_trained_for(tiny: Path) -> None:
    info = models.describe(tiny)
    assert plan(Settings(), info, machine(GIB)).context == 2048
    sized = plan(Settings(ctx_size=8192), info, machine(GIB))
    assert sized.context == 2048
    assert "above the 2048 the model was trained for" in sized.notes[0]


def test_under_a_cap_the_parallel_requests_go_first_then_the_context() -> None:
    sized = plan(Settings(), LARGE, machine(6 * GIB))
    assert (sized.context, sized.parallel, sized.fits) == (4096, 1, True)
    sized = plan(Settings(), LARGE, machine(5 * GIB))
    assert (sized.context, sized.parallel, sized.fits) == (256, 1, True)
    sized = plan(Settings(), LARGE, machine(4 * GIB))
    assert (sized.context, sized.parallel, sized.fits) == (256, 1, False)
    assert len(sized.notes) == 2


def test_what_was_asked_for_is_kept_even_where_it_does_not_fit() -> None:
    sized = plan(Settings(ctx_size=16384, parallel=8, cache_ram_mb=7), LARGE, machine(6 * GIB))
    assert (sized.context, sized.parallel, sized.cache_ram_mb) == (16384, 8, 7)
    assert not sized.fits
    assert "the limit is 6,144 MiB" in sizing.describe_shortfall(sized)


@pytest.mark.parametrize(("kind", "share"), [("f16", 1), ("q8_0", 0.53125), ("q4_0", 0.28125)])
def test_a_quantised_cache_takes_less(kind: str, share: float) -> None:
    whole = plan(Settings(), LARGE, machine(64 << 30))
    kept = plan(Settings(kv_cache_type=kind), LARGE, machine(64 << 30))
    cache = LARGE.kv_bytes_per_token * whole.context * whole.parallel
    assert whole.needed_bytes - kept.needed_bytes == pytest.approx(cache * (1 - share), abs=1)


def test_the_service_has_a_supervisor_and_no_prompts_of_others() -> None:
    alone = plan(Settings(cache_ram_mb=0), LARGE, machine(64 << 30))
    service = plan(Settings(), LARGE, machine(64 << 30), as_service=True)
    assert (service.cache_ram_mb, service.notes) == (0, ())
    assert service.needed_bytes == alone.needed_bytes + SUPERVISOR_BYTES
    chosen = plan(Settings(cache_ram_mb=7), LARGE, machine(64 << 30), as_service=True)
    assert chosen.cache_ram_mb == 7
    assert "what others have asked" in chosen.notes[0]


def test_the_engines_limit() -> None:
    assert plan(Settings(), LARGE, machine(32 * GIB), max_parallel=1).parallel == 1
    sized = plan(Settings(parallel=4), LARGE, machine(32 * GIB), max_parallel=1)
    assert (sized.parallel, sized.notes) == (
        1,
        ("this engine computes 1 request(s) at once, not 4",),
    )


@pytest.mark.parametrize(("memory", "cache"), [(GIB // 4, 0), (GIB, 32), (16 * GIB, 256)])
def test_the_prompt_cache_follows_the_memory(tiny: Path, memory: int, cache: int) -> None:
    assert plan(Settings(), models.describe(tiny), machine(memory)).cache_ram_mb == cache


def test_a_small_model_generates_on_one_thread_and_reads_on_all(tiny: Path) -> None:
    small = plan(Settings(), models.describe(tiny), machine(GIB))
    assert (small.threads, small.threads_batch) == (1, 4)
    asked = plan(Settings(threads=3), models.describe(tiny), machine(GIB))
    assert (asked.threads, asked.threads_batch) == (3, 3)
    large = plan(Settings(), LARGE, machine(32 * GIB))
    assert (large.threads, large.threads_batch) == (4, 4)


def test_threads_above_the_cores_are_told() -> None:
    sized = plan(Settings(threads=9), LARGE, machine(32 * GIB))
    assert sized.threads == 9
    assert "9 threads on 4 physical core(s)" in sized.notes[0]


@given(
    memory=st.integers(1 << 20, 1 << 40),
    size=st.integers(1, 1 << 38),
    trained=st.none() | st.integers(1, 1 << 20),
    asked=st.none() | st.integers(64, 1 << 20),
)
def test_a_plan_is_always_sane(
    memory: int, size: int, trained: int | None, asked: int | None
) -> None:
    model = dataclasses.replace(LARGE, file_bytes=size, context_length=trained)
    sized = plan(Settings(ctx_size=asked), model, machine(memory))
    assert 1 <= sized.parallel <= 4
    assert 1 <= sized.context <= (trained or 1 << 20)
    assert sized.fits == (sized.needed_bytes <= memory * sizing.MEMORY_SHARE)
