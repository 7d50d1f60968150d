"""Seals entries of the history, so that a rollback trusts only what this program wrote.

The key lies beside the history, in a folder that only its owner can enter; root's is the
machine's.  An entry that somebody else wrote or changed has no seal that fits: it can be shown,
never undone.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cortex_cli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEY_NAME = "seal.key"
KEY_BYTES = 32


def read_key(folder: Path) -> bytes:
    """Return the key of the history in ``folder``; make one if there is none.

    Raises:
        Failure: it belongs to somebody else, or others may read it.
        OSError: it cannot be read or written.
    """
    path = folder / KEY_NAME
    with suppress(FileNotFoundError):
        return _read(path)
    fresh = folder / f".{KEY_NAME}.{secrets.token_hex(4)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(fresh, flags, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        # Whoever is first makes the key; a link fails where there is one already.
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        private = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        key = stream.read(KEY_BYTES + 1) if stat.S_ISREG(status.st_mode) else b""
    if not private or len(key) != KEY_BYTES:
        raise Failure(
            f"the history's key {path} is not safe to use",
            hint=f"look at: ls -l {path}; without it a new key is made, and older entries "
            "can no longer be undone",
        )
    return key


def sign(key: bytes, values: Sequence[Any]) -> str:
    """Return the seal of an entry's ``values``."""
    return hmac.new(key, json.dumps(list(values)).encode(), "sha256").hexdigest()


def fits(key: bytes, values: Sequence[Any], seal: object) -> bool:
    """Return True if ``seal`` was made with ``key`` for these ``values``."""
    try:
        expected = sign(key, values)
    except (TypeError, ValueError):  # bytes, which no entry has
        return False
    return isinstance(seal, str) and hmac.compare_digest(expected, seal)
