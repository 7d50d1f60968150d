"""A disposable machine with a real systemd, for tests that install and break services.

    with machine("name") as box:
        box.run("systemctl", "is-system-running")
        box.sh("echo $HOME | cat", check=False).stdout

It is `testbed` (a script beside this): an overlay of this machine's root that is gone with
the test, PID 1 in it a real systemd. Needs root and a few Debian packages; `why_not` says
what is missing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("testbed") / "testbed"
CHECKOUT = Path(__file__).resolve().parents[2]
SOCKET = "/run/cortex/cortex.sock"
COMMAND_TIMEOUT = 120.0
TOOLS = (
    "/lib/systemd/systemd", "unshare", "nsenter", "setpriv", "ip", "tar", "dbus-daemon", "pgrep",
)  # fmt: skip


def why_not() -> str | None:
    """Why no machine can be made here, or None."""
    if os.geteuid() != 0:
        return "needs root: a real systemd in namespaces of its own"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        packages = "systemd util-linux iproute2 tar dbus procps"
        return f"needs {', '.join(missing)}: apt-get install {packages}"
    return None


@dataclass
class Machine:
    """A running machine."""

    name: str

    def run(
        self, *argv: str, check: bool = True, timeout: float = COMMAND_TIMEOUT, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root; raises AssertionError with its output if it fails."""
        result = subprocess.run(
            [str(SCRIPT), "exec", self.name, "--", *argv],
            cwd="/",
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and result.returncode:
            said = f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
            raise AssertionError(f"{' '.join(argv)}: exit {result.returncode}\n{said}")
        return result

    def sh(
        self, script: str, *, check: bool = True, timeout: float = COMMAND_TIMEOUT
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script in it."""
        return self.run("bash", "-c", script, check=check, timeout=timeout)

    def show(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.run("systemctl", "show", "--value", f"-p{name}", unit).stdout.strip()

    def journal(self, *match: str) -> list[dict[str, Any]]:
        """Entries of the journal, as JSON objects."""
        self.run("journalctl", "--sync")
        lines = self.run("journalctl", "-o", "json", "--no-pager", "-q", *match).stdout
        return [json.loads(line) for line in lines.splitlines()]

    def ask(self, command: str, user: str | None = None, **params: Any) -> dict[str, Any]:
        """One request to the daemon, as socat sends it; the whole reply."""
        request = json.dumps({"command": command, "params": params})
        argv = ["socat", "-t", "60", "-", f"UNIX-CONNECT:{SOCKET}"]
        if user:
            argv = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *argv]
        result = self.run(*argv, stdin=request + "\n")
        reply: dict[str, Any] = json.loads(result.stdout)
        return reply

    def put(self, path: str, text: str, mode: str = "644") -> None:
        """Write a file in it."""
        self.run("mkdir", "-p", str(Path(path).parent))
        self.run("bash", "-c", f"cat >'{path}' && chmod {mode} '{path}'", stdin=text)


def wait_for(what: Callable[[], object], timeout: float = 30.0, pause: float = 0.1) -> Any:
    """Ask until the answer is true, and return it; raises AssertionError after `timeout`."""
    deadline = time.monotonic() + timeout
    while not (found := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s")
        time.sleep(pause)
    return found


@contextlib.contextmanager
def machine(name: str) -> Iterator[Machine]:
    """Boot a machine and take it down again; it also ends with this process."""
    unique = f"cortex-{name}-{os.getpid()}"
    # A machine has a /tmp of its own, so a checkout there has to be shown to it.
    bind = ["--bind", str(CHECKOUT)] if CHECKOUT.is_relative_to("/tmp") else []
    subprocess.run(
        [str(SCRIPT), "start", unique, "--until", str(os.getpid()), *bind],
        cwd="/",
        check=True,
        timeout=120,
    )
    try:
        yield Machine(unique)
    finally:
        subprocess.run([str(SCRIPT), "stop", unique], cwd="/", check=False, timeout=120)
