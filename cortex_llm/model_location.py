"""Where a model lies for the service, whose own user must be able to read it."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from cortex_llm import models, unit
from cortex_llm.errors import ModelError


def plan_copy(path: Path) -> Path | None:
    """The copy that `for_service` would make of this model; None when it is there already."""
    target = unit.DEFAULT_FOLDER / path.resolve().name
    return None if target.exists() else target


def locate_for_service(path: Path, *, copy: bool) -> Path:
    """The model's real path, which the service's own user can read; raises ModelError."""
    info = models.describe_usable(path)
    # The parts of a split model are found by their names, which a link's target may not have.
    path = path.parent.resolve() / path.name if info.parts else path.resolve()
    files = [path.with_name(part.name) for part in info.parts] or [path]
    if copy and path.parent != unit.DEFAULT_FOLDER:
        unit.DEFAULT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        size = sum(file.stat().st_size for file in files)
        if shutil.disk_usage(unit.DEFAULT_FOLDER).free < size * 1.05:
            raise ModelError(f"{unit.DEFAULT_FOLDER} has not enough space for a copy of {path}")
        for file in files:
            _copy(file, unit.DEFAULT_FOLDER / file.name)
        return unit.DEFAULT_FOLDER / path.name
    for file in files:
        if not file.stat().st_mode & stat.S_IROTH:
            raise ModelError(
                f"{file} cannot be read by the service, which runs as its own user",
                hint=f"chmod o+r {file}   (or copy it to {unit.DEFAULT_FOLDER}: --copy)",
            )
    return path


def _copy(file: Path, target: Path) -> None:
    partial = target.with_suffix(".part")
    try:
        shutil.copyfile(file, partial)
        partial.chmod(0o644)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
