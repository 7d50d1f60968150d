"""The profile of one model, as far as it is known without running it.

the file's own     `nano` and others that a file names; not those that only a trial gives
no chat template   base
on record          what the trial has found out
"""

from __future__ import annotations

import dataclasses

from cortex_llm.config import Settings
from cortex_llm.models import ModelInfo
from cortex_llm.profiles import BASE, CHAT, TINY, UNTESTED, records, verdict
from cortex_llm.profiles.verdict import Verdict

#: A file may not give itself these.
GIVEN_BY_TRIAL = frozenset({BASE, TINY, CHAT, UNTESTED})


def look_up(model: ModelInfo, settings: Settings) -> Verdict | None:
    """What is known; None when only a trial can tell. Raises ModelError."""
    if model.profile is not None and model.profile not in GIVEN_BY_TRIAL:
        return Verdict(model.profile, "the file says so (cortex.profile)")
    has_template = model.chat_template or settings.chat_template_file is not None
    if (judged := verdict.judge_header(has_template)) is not None:
        return judged
    return records.find(records.identify(model.path, settings.chat_template_file))


def set_profile(model: ModelInfo, settings: Settings) -> ModelInfo:
    """The model with the profile that it has proven, if it has."""
    known = look_up(model, settings)
    return dataclasses.replace(model, profile=known.profile if known else None)
