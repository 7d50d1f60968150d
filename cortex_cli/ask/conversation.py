"""Keeps conversations on disk: a JSON line for each turn, readable by their owner alone.

Each conversation is a file in ``$XDG_STATE_HOME/cortex/chats``, named after its start time;
``--continue`` resumes the newest.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Self

from cortex_cli.errors import Failure
from cortex_cli.settings import find_state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# More than any context holds; older turns are dropped.
MAX_TURNS = 200
ROLES = ("user", "assistant")


class Conversation:
    """The turns so far; the file of a new conversation is created with its first turn."""

    def __init__(self, path: Path, turns: tuple[dict[str, str], ...] = ()) -> None:
        self._path = path
        self.turns = turns

    @classmethod
    def start(cls, environ: Mapping[str, str]) -> Self:
        """Start a new conversation."""
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-{time.time_ns() % 10**9:09d}.jsonl"
        return cls(find_state_folder(environ) / "chats" / name)

    @classmethod
    def resume_newest(cls, environ: Mapping[str, str]) -> Self:
        """Resume the conversation that was started last.

        Raises:
            Failure: there is none.
        """
        folder = find_state_folder(environ) / "chats"
        path = max(folder.glob("*.jsonl"), default=None)
        if path is None:
            raise Failure("no conversation to continue", hint="start one with: cortex chat")
        return cls(path, _read_turns(path)[-MAX_TURNS:])

    def add(self, question: str, answer: str) -> None:
        """Append a question and its answer, here and on disk.

        Raises:
            OSError: it is only here: the file cannot be written.
        """
        new = ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
        self.turns = (*self.turns, *new)[-MAX_TURNS:]
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._path, flags, 0o600), "w", errors="replace") as stream:
            stream.write("".join(json.dumps(turn) + "\n" for turn in new))


def _read_turns(path: Path) -> tuple[dict[str, str], ...]:
    """Read the turns of a file; lines that a full disk truncated are skipped."""
    turns = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            turn = json.loads(line)
        except ValueError:
            continue
        if isinstance(turn, dict) and turn.get("role") in ROLES and turn.get("content"):
            turns.append({"role": str(turn["role"]), "content": str(turn["content"])})
    return tuple(turns)
