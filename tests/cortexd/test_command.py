from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from cortexd.command import is_installed, run

#: So many at once are over before the loop comes to write. Not in the tests' process: libuv
#: keeps a pipe for signals as long as its process lives.
FIFTY = """
import asyncio, uvloop
from cortexd.command import run
async def go():
    return await asyncio.gather(*(run(["false"], 30, stdin=b"x") for _ in range(50)))
print({outcome.status for outcome in uvloop.run(go())})
"""


def test_output_status_and_input() -> None:
    outcome = asyncio.run(run(["sh", "-c", "cat; echo $LC_ALL; exit 3"], 5, stdin=b"in "))
    assert outcome == (3, "in C.UTF-8\n")
    assert not outcome.ok
    assert asyncio.run(run(["true"], 5, stdin=b"x" * 1_000_000)).ok


def test_who_ends_before_its_input_is_written_still_has_a_status() -> None:
    """On the daemon's own loop, which refuses to write to who is gone."""
    done = subprocess.run(
        [sys.executable, "-c", FIFTY], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("{1}\n", "")


def test_the_whole_group_is_killed_when_its_time_is_over() -> None:
    begun = time.monotonic()
    outcome = asyncio.run(run(["sh", "-c", "echo said; sleep 100 & sleep 100"], 0.5))
    assert outcome == (None, "said\n")
    assert time.monotonic() - begun < 5


def test_too_much_output_ends_it() -> None:
    outcome = asyncio.run(run(["yes"], 30, max_bytes=1000))
    assert outcome.status is None
    assert len(outcome.output) == 1000


def test_what_cannot_be_started() -> None:
    assert not is_installed("no-such-program-anywhere")
    assert asyncio.run(run(["no-such-program-anywhere"], 5)).status == 127 or not is_installed(
        "nice"
    )


def test_cancelling_kills_it() -> None:
    async def go() -> None:
        task = asyncio.create_task(run(["sleep", "100"], 100))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
