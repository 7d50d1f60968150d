"""Asks once before anything is sent to a server elsewhere, and remembers the answer.

The servers that a user has allowed are lines of ``$XDG_STATE_HOME/cortex/remote-servers``, which
only that user may write.  Without a terminal nobody can be asked: then nothing is sent, unless
``CORTEX_ALLOW_REMOTE`` names the server.  Servers of this machine need no consent.
"""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.model.endpoints import complete_url, is_local
from cortex_cli.settings import find_state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLE = "CORTEX_ALLOW_REMOTE"
FILE_NAME = "remote-servers"
MAX_FILE_BYTES = 64 * 1024
TERMINAL = "/dev/tty"
YES = ("y", "yes")


def require(base_url: str, environ: Mapping[str, str], *, may_ask: bool) -> None:
    """Return if data may be sent to ``base_url``; say so if that is another machine.

    Raises:
        Failure: the user has not allowed it and cannot be asked, or says no.
    """
    if is_local(base_url):
        return
    path = find_state_folder(environ) / FILE_NAME
    if base_url not in (*_read_allowed(path), *_read_variable(environ)):
        _ask(base_url, may_ask=may_ask)
        _remember(path, base_url)
    _announce(base_url)


@cache  # once in a process: a conversation asks many questions
def _announce(base_url: str) -> None:
    output.talk(f"Note: your question and the data with it are sent to {base_url}")


def _read_variable(environ: Mapping[str, str]) -> tuple[str, ...]:
    value = environ.get(VARIABLE, "").strip()
    return (complete_url(value),) if value else ()


def _ask(base_url: str, *, may_ask: bool) -> None:
    refusal = f"{base_url} is not on this machine, and you have not allowed sending data to it"
    if not (may_ask and sys.stderr.isatty()):
        raise Failure(refusal, hint=f"run it in a terminal, or set {VARIABLE}={base_url}")
    try:
        # Standard input may be the data.
        with open(TERMINAL) as terminal:  # noqa: PTH123 - a device
            sys.stderr.write(
                f"Your questions, attached text and facts about this machine would be sent to "
                f"{base_url}, which is not on this machine.\nAllow it, now and later? [y/N] "
            )
            sys.stderr.flush()
            answer = terminal.readline()
    except OSError as error:
        raise Failure(refusal, hint=f"set {VARIABLE}={base_url}") from error
    if answer.strip().lower() not in YES:
        raise Failure(
            f"nothing was sent to {base_url}",
            hint="the daemon answers on this machine: unset CORTEX_PROVIDER",
        )


def _read_allowed(path: Path) -> tuple[str, ...]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not _is_private(stream.fileno()):
                output.talk(f"ignoring {path}: other users can write to it")
                return ()
            return tuple(stream.read(MAX_FILE_BYTES).decode(errors="replace").split())
    except OSError:
        return ()


def _remember(path: Path, base_url: str) -> None:
    """Append a server; where that fails the user is asked again next time."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, flags, 0o600), "w") as stream:
            if _is_private(stream.fileno()):
                stream.write(f"{base_url}\n")
    except OSError as error:
        output.talk(f"cannot remember your answer in {path}: {error.strerror}")


def _is_private(descriptor: int) -> bool:
    opened = os.fstat(descriptor)
    writable = opened.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISREG(opened.st_mode) and opened.st_uid == os.getuid() and not writable
