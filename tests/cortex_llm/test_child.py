from __future__ import annotations

import signal
import subprocess
import sys

PARENT = """
import functools, os, signal, subprocess, sys, time
from cortex_llm.child import die_with
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
child = subprocess.Popen(
    ["sh", "-c", "echo there; exec sleep 60"],
    preexec_fn=functools.partial(die_with, os.getpid()),
)
os.write(1, b"%d\\n" % child.pid)  # at once: the child writes to the same pipe
if "wait" in sys.argv:
    sys.exit(-child.wait())
time.sleep(60)
"""


def start(*arguments: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = {process.stdout.readline().strip() for _ in range(2)}
    (pid,) = lines - {"there"}
    return process, int(pid)


def test_a_child_goes_when_its_parent_is_killed() -> None:
    process, _ = start()
    with process:
        process.kill()
        # it holds the pipe until it is gone
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_what_the_parent_blocks_reaches_the_child() -> None:
    process, pid = start("wait")
    with process:
        subprocess.run(["kill", str(pid)], check=True)
        assert process.wait(10) == signal.SIGTERM
