"""Finds out a model's profile, running it if need be, and puts the result on record.

Above `trial`, which starts the engine, and `profiles`, which knows the questions.
"""

from __future__ import annotations

import os
from pathlib import Path

from cortex_llm import engines, machine, sizing, trial
from cortex_llm.config import Settings
from cortex_llm.models import ModelInfo
from cortex_llm.output import say
from cortex_llm.profiles import PURPOSES, lookup, records
from cortex_llm.profiles.verdict import Verdict
from cortex_llm.signals import unwind_on_stop

TIMEOUT = 300.0  # to load the model; the questions have a limit of their own


def find_profile(
    model: ModelInfo, settings: Settings, *, again: bool = False, file: Path | None = None
) -> Verdict:
    """What is known, or what a trial shows; raises LlmError when the model does not run."""
    known = None if again else lookup.look_up(model, settings)
    if known is not None:
        return known
    engine, _ = engines.choose(settings)
    sized = sizing.plan(settings, model, machine.inspect(), engine.max_parallel)
    say(f"cortex-llm: testing {model.name}: ten questions, at most 20 s, once …")
    with unwind_on_stop():
        seen = trial.run_trial(engine, settings, model, sized, TIMEOUT, examine=True)
    return record(seen.verdict, model, settings, file)


def record(
    verdict: Verdict | None, model: ModelInfo, settings: Settings, file: Path | None = None
) -> Verdict:
    """Keep the verdict of a trial; without a writable folder it is found again next time.

    A model in the service's folder is recorded there, if this user may: the service sees no other.
    """
    if verdict is None:
        raise ValueError("the trial asked no questions")
    identity = records.identify(model.path, settings.chat_template_file)
    try:
        records.save(identity, verdict, model.name, file or _choose_file(model))
    except OSError as error:
        say(f"cortex-llm: note: cannot keep the result: {error}")
    return verdict


def _choose_file(model: ModelInfo) -> Path:
    system = records.SYSTEM_FILE
    shared = model.path.resolve().parent == system.parent and os.access(system.parent, os.W_OK)
    return system if shared else records.user_file()


def describe(verdict: Verdict) -> str:
    """The profile as people read it."""
    purpose = PURPOSES.get(verdict.profile, verdict.profile)
    return f"{verdict.profile} ({verdict.reason}); good for: {purpose}"
