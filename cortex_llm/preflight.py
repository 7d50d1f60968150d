"""``check``: would the server work? Every question in order, up to one real token.

settings → model (readable, GGUF, whole) → memory → address → engine → token. Each answer is
a Check; a failed one does not keep the later ones from being asked, unless they need it.
Nothing is changed, and a server that runs already is left alone.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from cortex_llm import config, engines, machine, models, profiling, serve, sizing, trial
from cortex_llm.config import Settings
from cortex_llm.engines import Engine
from cortex_llm.errors import LlmError
from cortex_llm.models import ModelInfo
from cortex_llm.output import print_data, print_json, say
from cortex_llm.port_owner import find_owner
from cortex_llm.profiles import lookup
from cortex_llm.signals import unwind_on_stop
from cortex_llm.sizing import Sizing

WORTH_A_THREAD = 1.05  # more threads must be 5 % faster to be worth the cores they take


@dataclass(frozen=True)
class Check:
    """One question's answer; `hint` is there when it is bad."""

    name: str
    ok: bool
    detail: str
    hint: str | None = None
    figures: dict[str, float] = dataclasses.field(default_factory=dict)
    facts: dict[str, str] = dataclasses.field(default_factory=dict)


def command(arguments: argparse.Namespace) -> int:
    """``check``: 0 when all is well, 1 when not; UsageError for bad settings."""
    settings = config.load()
    results: list[Check] = []
    with unwind_on_stop():
        for result in run_checks(settings, arguments.timeout, tune=arguments.tune):
            results.append(result)
            if not arguments.json:
                print_data(f"{'ok  ' if result.ok else 'FAIL'} {result.name}: {result.detail}")
                if result.hint:
                    print_data(f"     hint: {result.hint}")
    ok = all(result.ok for result in results)
    if arguments.json:
        print_json({"ok": ok, "checks": [dataclasses.asdict(result) for result in results]})
    return 0 if ok else 1


def run_checks(settings: Settings, timeout: float, *, tune: bool = False) -> Iterator[Check]:
    """Ask everything; yields each answer as it comes."""
    yield Check("settings", ok=True, detail=str(settings.env_file or "no file, defaults"))
    model: ModelInfo | None = None
    engine: Engine | None = None
    sized: Sizing | None = None
    try:
        model = models.describe_usable(settings.model_path or models.find_built_in())
        yield Check("model", ok=True, detail=f"{model.path} ({_describe_model(model)})")
    except LlmError as error:
        yield _fail("model", error)
    try:
        engine, skipped = engines.choose(settings)
        detail = f"{engine.name} ({' '.join(engine.command)})"
        yield Check("engine", ok=True, detail="; ".join([detail, *skipped]))
    except LlmError as error:
        yield _fail("engine", error)
    if model is not None:
        host = machine.inspect()
        sized = sizing.plan(settings, model, host, engine.max_parallel if engine else None)
        yield _check_memory(sized, host)
    yield _check_address(settings)
    if model is not None and engine is not None and sized is not None:
        yield from _check_token(engine, settings, model, sized, timeout)
        if tune:
            yield from _tune(engine, settings, model, sized, timeout)


def _fail(name: str, error: LlmError) -> Check:
    return Check(name, ok=False, detail=str(error), hint=error.hint)


def _describe_model(model: ModelInfo) -> str:
    return f"{model.name}, {model.architecture}, {model.quantisation}, {model.file_bytes:,} bytes"


def _check_memory(sized: Sizing, host: machine.Machine) -> Check:
    figures = {"needed_bytes": float(sized.needed_bytes), "limit_bytes": float(sized.memory)}
    if not sized.fits:
        return Check("memory", ok=False, detail=sizing.describe_shortfall(sized), figures=figures)
    detail = (
        f"about {sized.needed_bytes >> 20:,} MiB of {sized.memory >> 20:,} MiB "
        f"({host.memory_source}): context {sized.context}, {sized.parallel} at once, "
        f"{sized.threads} thread(s)"
    )
    if sized.needed_bytes > host.available:
        detail += f"; only {host.available >> 20:,} MiB are free right now"
    return Check("memory", ok=True, detail="; ".join([detail, *sized.notes]), figures=figures)


def _check_address(settings: Settings) -> Check:
    holder = find_owner(settings.endpoint, settings.api_key)
    if holder is None:
        try:
            serve.require_folder(settings.endpoint)
        except LlmError as error:
            return _fail("address", error)
        return Check("address", ok=True, detail=f"{settings.endpoint} is free")
    if holder.on_demand:
        detail = f"{settings.endpoint} is held by {holder.program}"
        return Check("address", ok=True, detail=detail)
    if holder.model is not None:
        detail = f"{settings.endpoint} already serves the model {holder.model}"
        return Check("address", ok=True, detail=detail)
    return Check(
        "address",
        ok=False,
        detail=f"{settings.endpoint} is in use by {holder.program}",
        hint="stop that program or set CORTEX_LLM_PORT to a free port",
    )


def _check_token(
    engine: Engine, settings: Settings, model: ModelInfo, sized: Sizing, timeout: float
) -> Iterator[Check]:
    """One token, and in the same run what the model is good for, unless that is known."""
    say("cortex-llm: generating one token …")
    known = lookup.look_up(model, settings)
    try:
        seen = trial.run_trial(engine, settings, model, sized, timeout, examine=known is None)
    except LlmError as error:
        yield _fail("token", error)
        return
    yield Check(
        "token",
        ok=True,
        detail=f"loaded in {seen.load_ms:.0f} ms, {seen.tokens_per_second:.1f} tokens per second "
        f"with {seen.threads} thread(s)",
        figures={"load_ms": seen.load_ms, "tokens_per_second": seen.tokens_per_second},
    )
    verdict = known or profiling.record(seen.verdict, model, settings)
    yield Check(
        "profile",
        ok=True,
        detail=profiling.describe(verdict),
        facts={"profile": verdict.profile, "reason": verdict.reason},
    )


def _tune(
    engine: Engine, settings: Settings, model: ModelInfo, sized: Sizing, timeout: float
) -> Iterator[Check]:
    """Compare one thread with as many as there are cores, and recommend."""
    most = machine.inspect().cores
    rates: dict[int, float] = {}
    for threads in sorted({1, most}):
        say(f"cortex-llm: measuring {threads} thread(s) …")
        try:
            tried = dataclasses.replace(sized, threads=threads, threads_batch=threads)
            seen = trial.run_trial(engine, settings, model, tried, timeout)
            rates[threads] = seen.tokens_per_second
        except LlmError as error:
            yield _fail("threads", error)
            return
    best = most if rates[most] > rates[1] * WORTH_A_THREAD else 1
    measured = ", ".join(f"{count}: {rate:.1f} tokens per second" for count, rate in rates.items())
    yield Check(
        "threads",
        ok=True,
        detail=f"{measured}; recommended: CORTEX_LLM_THREADS={best}",
        figures={f"tokens_per_second_{count}": rate for count, rate in rates.items()},
    )
