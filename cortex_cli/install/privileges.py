"""How commands run as root: directly, through sudo, or through pkexec."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.install.apt import SYSTEM_PATH

# sudo -n answers at once unless it has to query a network directory.
ASK_TIMEOUT_S = 20.0


def root_prefix() -> tuple[str, ...]:
    """Return the words to put in front of a command that needs root."""
    if os.geteuid() == 0:
        return ()
    program = next((tool for tool in ("sudo", "pkexec") if _is_available(tool)), "sudo")
    return (program,)


def ensure_root() -> None:
    """Say how the commands become root; fail before anything has run if they cannot.

    Raises:
        Failure: no sudo or pkexec, or sudo needs a password and there is no terminal.
    """
    if os.geteuid() == 0:
        return
    if not _is_available("sudo"):
        if not _is_available("pkexec"):
            raise Failure("this needs root", hint="run the same command as root")
        output.talk("pkexec will ask for permission to run this as root")
        return
    if _is_passwordless():
        output.talk("running as root through sudo")
    elif sys.stdin.isatty():
        output.talk("sudo may ask for your password")
    else:
        raise Failure(
            "sudo needs a password, and there is no terminal to type it in",
            hint="run the command in a terminal, or as root",
        )


def _is_available(tool: str) -> bool:
    return shutil.which(tool, path=SYSTEM_PATH) is not None


def _is_passwordless() -> bool:
    try:
        done = subprocess.run(
            ["sudo", "-n", "true"],
            env={"PATH": SYSTEM_PATH},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
