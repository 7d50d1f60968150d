"""A conversation on disk: its turns, a JSON line each, readable by its owner alone.

One file a conversation in ``$XDG_STATE_HOME/cortex/chats``, named by when it began; ``--continue``
goes on with the newest.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cortex_cli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

# More than any context holds; the newest count.
MAX_TURNS = 200
ROLES = ("user", "assistant")


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where this user's conversations are."""
    state = environ.get("XDG_STATE_HOME", "")
    if Path(state).is_absolute():
        return Path(state) / "cortex"
    return Path(environ.get("HOME") or "~").expanduser() / ".local/state/cortex"


class Conversation:
    """The turns so far; a new one has a file from its first turn on."""

    def __init__(self, path: Path, turns: tuple[dict[str, str], ...] = ()) -> None:
        self._path = path
        self.turns = turns

    @classmethod
    def begin(cls, environ: Mapping[str, str]) -> Self:
        """A new one."""
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-{time.time_ns() % 10**9:09d}.jsonl"
        return cls(state_folder(environ) / "chats" / name)

    @classmethod
    def newest(cls, environ: Mapping[str, str]) -> Self:
        """The one that began last.

        Raises:
            Failure: there is none.
        """
        folder = state_folder(environ) / "chats"
        path = max(folder.glob("*.jsonl"), default=None)
        if path is None:
            raise Failure("there is no conversation to continue", hint="begin one: cortex chat")
        return cls(path, _turns(path)[-MAX_TURNS:])

    def add(self, question: str, answer: str) -> None:
        """Append a question and its answer, here and on disk."""
        new = ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._path, flags, 0o600), "w", errors="replace") as stream:
            stream.write("".join(json.dumps(turn) + "\n" for turn in new))
        self.turns = (*self.turns, *new)[-MAX_TURNS:]


def _turns(path: Path) -> tuple[dict[str, str], ...]:
    """What the file holds; a line that a full disk cut short is left out."""
    found = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            turn = json.loads(line)
        except ValueError:
            continue
        if isinstance(turn, dict) and turn.get("role") in ROLES and turn.get("content"):
            found.append({"role": str(turn["role"]), "content": str(turn["content"])})
    return tuple(found)
