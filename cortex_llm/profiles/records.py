"""What trials have found out, so that no model is tried twice: a file of JSON.

A model is recognised by its size, its time of change and a digest of samples of its bytes (a
digest of a whole file would take longer than the trial).  Two files are read: this user's and the
system's, beside the models, which the service can see.  A record of another version of the
questions, and a file that cannot be read, count as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from cortex_llm.errors import ModelError
from cortex_llm.profiles.questions import VERSION
from cortex_llm.profiles.verdict import Verdict
from cortex_llm.splits import list_siblings

SYSTEM_FILE = Path("/var/lib/cortex/models/profiles.json")
USER_NAME = "model-profiles.json"
SAMPLES, SAMPLE_BYTES = 16, 1 << 16
MAX_RECORDS = 100  # the newest are kept
MAX_FILE_BYTES = 1 << 20


def identify(path: Path, template: Path | None = None) -> str:
    """The model's identity; another chat template makes it another model. Raises ModelError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            for number in range(SAMPLES + 1):
                stream.seek(max(0, status.st_size - SAMPLE_BYTES) * number // SAMPLES)
                digest.update(stream.read(SAMPLE_BYTES))
        for part in list_siblings(path):
            other = part.stat()
            digest.update(f"{part.name} {other.st_size} {other.st_mtime_ns}".encode())
        if template is not None:
            digest.update(template.read_bytes())
    except OSError as error:
        raise ModelError(f"cannot read {error.filename or path}: {error.strerror}") from error
    return f"{status.st_size}-{status.st_mtime_ns}-{digest.hexdigest()[:32]}"


def user_file() -> Path:
    """Where this user's records are."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path("~/.local/state").expanduser()
    return folder / "cortex" / USER_NAME


def find(identity: str, files: tuple[Path, ...] | None = None) -> Verdict | None:
    """The verdict that is on record for this model."""
    for file in (user_file(), SYSTEM_FILE) if files is None else files:
        record = _read(file).get(identity)
        if not isinstance(record, dict) or record.get("version") != VERSION:
            continue
        with contextlib.suppress(KeyError, TypeError, ValueError):
            return Verdict(
                str(record["profile"]),
                str(record["reason"]),
                int(record["right"]),
                int(record["asked"]),
            )
    return None


def save(identity: str, verdict: Verdict, name: str, file: Path | None = None) -> None:
    """Put it on record; raises OSError."""
    file = file or user_file()
    records = _read(file)
    records.pop(identity, None)
    records[identity] = {
        "model": name,
        "profile": verdict.profile,
        "reason": verdict.reason,
        "right": verdict.right,
        "asked": verdict.asked,
        "version": VERSION,
        "time": int(time.time()),
    }
    newest = dict(list(records.items())[-MAX_RECORDS:])
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w") as stream:
            json.dump(newest, stream, indent=1)
            os.fchmod(stream.fileno(), 0o644)  # the service's own user reads the system's
        Path(fresh).replace(file)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            records = json.loads(stream.read(MAX_FILE_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return records if isinstance(records, dict) else {}
