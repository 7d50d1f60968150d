"""One child process with limits on its time, its output and its priority.

Its output is data, returned as text.  The child has no terminal and no input to wait for,
speaks English, and is killed with its whole process group when its time is up.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Enough for the names of every package of a large machine.
MAX_OUTPUT_BYTES = 1024 * 1024
# Monitoring must not slow down what it monitors.
NICENESS = 10
_READ_BYTES = 64 * 1024


class Outcome(NamedTuple):
    """``status`` is None if it was killed for exceeding a limit."""

    status: int | None
    output: str

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.status == 0


def is_installed(program: str) -> bool:
    """Whether ``program`` is installed."""
    return shutil.which(program) is not None


async def run(
    argv: Sequence[str | bytes],
    limit_s: float,
    *,
    stdin: bytes = b"",
    max_bytes: int = MAX_OUTPUT_BYTES,
    environment: Mapping[str, str] | None = None,
    errors: str = "backslashreplace",
) -> Outcome:
    """Run a program; its output is returned even if it had to be killed.

    ``errors`` says what becomes of bytes that are no UTF-8, as for ``bytes.decode``.

    Raises:
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *(["nice", "-n", str(NICENESS)] if is_installed("nice") else []),
        *argv,
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        start_new_session=True,
    )
    output = bytearray()
    ended = False
    try:
        async with asyncio.timeout(limit_s):
            # A child that has ended closed its pipe; uvloop raises RuntimeError on writing to it.
            if stdin and process.stdin is not None and not process.stdin.is_closing():
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    process.stdin.write(stdin)
                    await process.stdin.drain()
                process.stdin.close()
            if process.stdout is not None:
                while chunk := await process.stdout.read(_READ_BYTES):
                    output += chunk
                    if len(output) > max_bytes:
                        raise TimeoutError
            await process.wait()
            ended = True
    except TimeoutError:
        pass
    finally:
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(process.wait())
    text = bytes(output[:max_bytes]).decode(errors=errors)
    return Outcome(process.returncode if ended else None, text)
