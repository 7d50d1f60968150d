"""Decides context, parallel requests, threads and cache, so that the server fits. Pure.

What the administrator set is kept; what is left open is chosen: a context of 4,096 tokens
but never above what the model was trained for, four requests at once, every physical core
(for a small model, to read the prompt only: it generates faster on one).
Where that is too large for the memory, first the parallel requests go down, one by one,
then the context is halved. Every step is told in `notes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cortex_llm.config import KV_CACHE_TYPES, Settings
from cortex_llm.machine import Machine
from cortex_llm.models import ModelInfo

DEFAULT_CONTEXT = 4096  # a question with its facts and an answer; longer costs memory for all
MIN_CONTEXT = 256  # below, not even a system prompt fits
DEFAULT_PARALLEL = 4
MEMORY_SHARE = 0.9  # of the cap: page tables, the allocator and the kernel take theirs
BASE_BYTES = 96 << 20  # the server itself with its libraries and compute buffers, measured
SUPERVISOR_BYTES = 16 << 20  # `supervise`, beside the server in its unit: 12 MB, measured
COMPUTE_SHARE = 0.05  # compute buffers grow with the model, about so much of the weights
CACHE_SHARE = 32  # a prompt cache of a 32nd of the cap
MAX_CACHE_MB = 256
#: Up to this size a second thread costs more in waiting than it computes: measured on 2 cores
#: with others at work, 300 against 1,400 tokens per second at 5 MB, 132 against 175 at 64 MB.
SMALL_MODEL_BYTES = 64 << 20
MIN_CACHE_MB = 16  # below, a cache holds not even one prompt


@dataclass(frozen=True)
class Sizing:
    """What to start the server with. `context` is what one request may use."""

    context: int
    parallel: int
    threads: int  # for generating
    threads_batch: int  # for reading the prompt
    cache_ram_mb: int
    needed_bytes: int
    memory: int
    fits: bool
    notes: tuple[str, ...]


def plan(
    settings: Settings,
    model: ModelInfo,
    machine: Machine,
    max_parallel: int | None = None,
    *,
    as_service: bool = False,
) -> Sizing:
    """Choose the sizes for this model on this machine; `max_parallel` is the engine's limit.

    The system's service has a process of ours in the same memory, and keeps no prompts for
    reuse: its users could find out by timing what others have asked.
    """
    notes: list[str] = []
    trained = model.context_length
    context = _choose_context(settings, trained, notes)
    most = DEFAULT_PARALLEL if max_parallel is None else max_parallel
    parallel = settings.parallel or most
    if max_parallel is not None and parallel > max_parallel:
        notes.append(f"this engine computes {max_parallel} request(s) at once, not {parallel}")
        parallel = max_parallel
    cache_mb = _choose_cache_mb(settings, machine, notes, as_service=as_service)
    budget = int(machine.memory * MEMORY_SHARE)
    kv_share = KV_CACHE_TYPES[settings.kv_cache_type or "f16"] / KV_CACHE_TYPES["f16"]

    def estimate_bytes() -> int:
        kv_bytes = int(model.kv_bytes_per_token * context * parallel * kv_share)
        return _estimate_bytes(model, kv_bytes, cache_mb) + (SUPERVISOR_BYTES if as_service else 0)

    while estimate_bytes() > budget and settings.parallel is None and parallel > 1:
        parallel -= 1
    while estimate_bytes() > budget and settings.ctx_size is None and context > MIN_CONTEXT:
        context = max(MIN_CONTEXT, context // 2)
    because = f"for the memory of {_format_mib(machine.memory)}"
    if settings.parallel is None and parallel < most:
        notes.append(f"{parallel} request(s) at once, {because}")
    if settings.ctx_size is None and context < min(DEFAULT_CONTEXT, trained or DEFAULT_CONTEXT):
        notes.append(f"a context of {context} tokens, {because}")
    threads = settings.threads or _choose_threads(model, machine)
    if threads > machine.cores:
        notes.append(
            f"{threads} threads on {machine.cores} physical core(s) would slow each other down"
        )
    return Sizing(
        context=context,
        parallel=parallel,
        threads=threads,
        threads_batch=settings.threads or machine.cores,
        cache_ram_mb=cache_mb,
        needed_bytes=estimate_bytes(),
        memory=machine.memory,
        fits=estimate_bytes() <= budget,
        notes=tuple(notes),
    )


def _choose_context(settings: Settings, trained: int | None, notes: list[str]) -> int:
    context = settings.ctx_size or DEFAULT_CONTEXT
    if trained is None or context <= trained:
        return context
    if settings.ctx_size is not None:
        notes.append(f"context {context} is above the {trained} the model was trained for")
    return trained


def _choose_threads(model: ModelInfo, machine: Machine) -> int:
    return 1 if model.file_bytes <= SMALL_MODEL_BYTES else machine.cores


def _estimate_bytes(model: ModelInfo, kv_bytes: int, cache_mb: int) -> int:
    weights = int(model.file_bytes * (1 + COMPUTE_SHARE))
    return BASE_BYTES + weights + kv_bytes + (cache_mb << 20)


def _choose_cache_mb(
    settings: Settings, machine: Machine, notes: list[str], *, as_service: bool
) -> int:
    if settings.cache_ram_mb is not None:
        if as_service and settings.cache_ram_mb:
            notes.append(
                "CORTEX_LLM_CACHE_RAM_MB lets users find out by timing what others have asked"
            )
        return settings.cache_ram_mb
    if as_service:
        return 0
    share = (machine.memory >> 20) // CACHE_SHARE
    return min(MAX_CACHE_MB, share) if share >= MIN_CACHE_MB else 0


def _format_mib(size: int) -> str:
    return f"{size >> 20:,} MiB"


def describe_shortfall(sizing: Sizing) -> str:
    """The sentence for a model that does not fit."""
    return (
        f"it needs about {_format_mib(sizing.needed_bytes)}; "
        f"the limit is {_format_mib(sizing.memory)}: "
        "use a smaller model, a smaller CORTEX_LLM_CTX_SIZE or a larger limit"
    )
