"""From what a person calls a model to its file.

A name is, in this order: ``builtin``, a path, a recommended model's key, a file's name in the
model folders (with or without .gguf), a model's own name.  Letters' case does not matter.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from cortex_llm import models, recommended, unit
from cortex_llm.errors import ModelError
from cortex_llm.models import ModelEntry

BUILT_IN = "builtin"
USER_FOLDER = Path("~/.cortex/models")


def find_file(text: str) -> Path:
    """The file of this model; raises ModelError with the nearest names."""
    if text.lower() == BUILT_IN:
        return models.find_built_in()
    path = Path(text).expanduser()
    if path.exists() or "/" in text:
        return path.absolute()
    present = models.list_models()
    wanted = text.lower()
    known = recommended.find(wanted)
    names = {wanted} | ({known.file_name.lower()} if known else set())
    found = [entry for entry in present if names & set(_names(entry))]
    if len(found) > 1:
        listed = ", ".join(str(entry.path) for entry in found)
        raise ModelError(f"{text!r} may be any of {listed}", hint="give the path of one")
    if found:
        return found[0].path
    if known is not None:
        raise ModelError(f"{known.name} is not here yet", hint=f"cortex llm pull {known.key}")
    raise ModelError(f"no model {text[:80]!r} on this machine", hint=_suggest(wanted, present))


def default_folder() -> Path:
    """Where downloads go: the system's folder for root, else the user's."""
    return unit.DEFAULT_FOLDER if os.geteuid() == 0 else USER_FOLDER.expanduser()


def _names(entry: ModelEntry) -> Iterator[str]:
    yield entry.path.name.lower()
    yield entry.path.stem.lower()
    if entry.info is not None:
        yield entry.info.name.lower()


def _suggest(wanted: str, present: list[ModelEntry]) -> str:
    valid = [entry.path.stem for entry in present] + [model.key for model in recommended.MODELS]
    near = difflib.get_close_matches(wanted, valid, n=1)
    return f"did you mean {near[0]}?" if near else "cortex llm list shows what is there"
