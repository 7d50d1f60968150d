"""``models overview``: the models of this machine and the recommended ones, with what fits.

For ``cortex llm list``, which adds which of them is served.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cortex_llm import config, machine, machine_summary, model_names, models, recommended, sizing
from cortex_llm.config import Settings
from cortex_llm.errors import LlmError
from cortex_llm.machine import Machine
from cortex_llm.models import ModelEntry
from cortex_llm.output import print_json
from cortex_llm.profiles import PURPOSES, UNTESTED, lookup


def command(_arguments: argparse.Namespace) -> int:
    """Print the overview as JSON."""
    settings, host = config.load(), machine.inspect()
    present = models.list_models()
    if settings.model_path is not None and all(e.path != settings.model_path for e in present):
        present.append(models.list_model(settings.model_path))
    print_json(
        {
            "models": [describe_entry(entry, settings, host) for entry in present],
            "recommended": describe_recommended(present, host),
            "folder": str(model_names.default_folder()),
        }
    )
    return 0


def describe_entry(entry: ModelEntry, settings: Settings, host: Machine) -> dict[str, Any]:
    """One file: what it is, what it is good for, and whether it can run here."""
    fields: dict[str, Any] = {"path": str(entry.path), "built_in": entry.built_in}
    if entry.info is None:
        return {**fields, "problem": entry.problem, "fits": False}
    info = entry.info
    profile = _find_profile(entry, settings)
    sized = sizing.plan(settings, info, host)
    problem = "it is truncated" if info.truncated else None
    if problem is None and not sized.fits:
        problem = sizing.describe_shortfall(sized)
    return {
        **fields,
        "name": info.name,
        "size": info.file_bytes,
        "quantisation": info.quantisation,
        "profile": profile,
        "good_for": PURPOSES.get(profile, profile),
        "fits": problem is None,
        "problem": problem,
    }


def describe_recommended(present: list[ModelEntry], host: Machine) -> list[dict[str, Any]]:
    """The table, with what this machine can hold."""
    here = {entry.path.name: entry.path for entry in present}
    disk = machine_summary.summarize(model_names.default_folder()).disk
    best = recommended.choose_best(host.memory, disk, host.cores)
    rows = []
    for model in recommended.MODELS:
        path: Path | None = here.get(model.file_name)
        rows.append(
            {
                "key": model.key,
                "name": model.name,
                "size_gib": model.size,
                "memory_gib": model.ram,
                "best_for": model.best_for,
                "url": model.url,
                "sha256": model.sha256,
                "path": str(path) if path else None,
                "fits": (problem := recommended.explain_misfit(model, host.memory, disk)) is None,
                "problem": problem,
                "suggested": model is best,
            }
        )
    return rows


def _find_profile(entry: ModelEntry, settings: Settings) -> str:
    if entry.info is None:
        return UNTESTED
    try:
        known = lookup.look_up(entry.info, settings)
    except LlmError:
        return UNTESTED
    return known.profile if known else UNTESTED
