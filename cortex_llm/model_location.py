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
    models.describe_usable(path)
    path = path.resolve()
    if copy and path.parent != unit.DEFAULT_FOLDER:
        target = unit.DEFAULT_FOLDER / path.name
        unit.DEFAULT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        if shutil.disk_usage(unit.DEFAULT_FOLDER).free < path.stat().st_size * 1.05:
            raise ModelError(f"{unit.DEFAULT_FOLDER} has not enough space for a copy of {path}")
        partial = target.with_suffix(".part")
        try:
            shutil.copyfile(path, partial)
            shutil.copystat(path, partial)  # the same model: what its trial showed counts
            partial.chmod(0o644)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target
    if not path.stat().st_mode & stat.S_IROTH:
        raise ModelError(
            f"{path} cannot be read by the service, which runs as its own user",
            hint=f"chmod o+r {path}   (or copy it to {unit.DEFAULT_FOLDER}: --copy)",
        )
    return path
