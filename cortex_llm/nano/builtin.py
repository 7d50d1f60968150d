"""Finds the model that ships with the package and proves it whole before anyone loads it.

The weights are package data; `manifest-NAME.json` beside them holds their checksum. Reading
5 MB and hashing it takes milliseconds, so it is done on every use: a damaged file is refused
with its remedy rather than served. Standard library only.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from pathlib import Path

from cortex_llm.errors import ModelError

#: The best that is shipped comes first; the fixture is small and for tests.
PREFERENCE = ("full", "default", "fixture")
REINSTALL = "pip install --force-reinstall --no-deps cortex-linux"


def find_builtin_model(size: str | None = None, folder: Path | None = None) -> Path:
    """The verified weights of `size`, or of the best size present.

    Raises:
        ModelError: they are missing or damaged.
    """
    folder = folder or weights_folder()
    sizes = (size,) if size else PREFERENCE
    manifest = next(
        (path for name in sizes if (path := manifest_path(folder, name)).exists()), None
    )
    if manifest is None:
        wanted = " or ".join(f"manifest-{name}.json" for name in sizes)
        raise ModelError(
            f"the built-in model is missing: {folder} holds no {wanted}", hint=_describe_remedy()
        )
    name, expected = _read_promised_hash(manifest)
    weights = folder / name
    try:
        with weights.open("rb") as stream:
            actual = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"cannot read the built-in model {weights}: {error.strerror}; "
            f"expected a file of sha256 {expected}",
            hint=_describe_remedy(),
        ) from error
    if actual != expected:
        raise ModelError(
            f"the built-in model {weights} is damaged: expected sha256 {expected}, found {actual}",
            hint=_describe_remedy(),
        )
    return weights


def weights_folder() -> Path:
    """Where the package keeps its weights."""
    return Path(str(importlib.resources.files("cortex_llm.nano"))) / "weights"


def manifest_path(folder: Path, size: str) -> Path:
    """Where the manifest of `size` is."""
    return folder / f"manifest-{size}.json"


def _read_promised_hash(manifest: Path) -> tuple[str, str]:
    try:
        data = json.loads(manifest.read_text("utf-8"))
        return str(data["file"]), str(data["sha256"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"the manifest {manifest} is damaged: {error!r}; expected JSON with file and sha256",
            hint=_describe_remedy(),
        ) from error


def _describe_remedy() -> str:
    return f"reinstall it: {REINSTALL}"
