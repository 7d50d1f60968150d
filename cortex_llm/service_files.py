"""The files of the model service in /etc/cortex: its settings, their backup, and the API key.

For `service`, which decides what is in them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cortex_llm.config import DEFAULT_ENV_FILE
from cortex_llm.errors import UsageError

KEY_FILE = Path("/etc/cortex/llm.key")
BACKUP_SUFFIX = ".old"


def make_key() -> bool:
    """Make the API key if there is none; whether there was one."""
    if KEY_FILE.exists():
        return True
    replace_file(KEY_FILE, secrets.token_hex(24) + "\n")
    return False


def find_backup() -> Path:
    """Where the previous settings are kept."""
    return DEFAULT_ENV_FILE.with_name(DEFAULT_ENV_FILE.name + BACKUP_SUFFIX)


def read_settings() -> str:
    """The text of llm.env; empty without one. Raises UsageError."""
    try:
        return DEFAULT_ENV_FILE.read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError(
            f"cannot read {DEFAULT_ENV_FILE}: {error.strerror}", hint="run it with sudo"
        ) from error


def replace_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step; after a power cut it is the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as stream:
        os.fchmod(descriptor, mode)
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)
    fresh.replace(path)
