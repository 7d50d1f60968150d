"""How commands come to run as root: as they are, through sudo, or through pkexec."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.install.apt import SYSTEM_PATH

# sudo -n answers at once unless a network directory is asked about the user.
ASK_TIMEOUT_S = 20.0


def root_prefix() -> tuple[str, ...]:
    """What stands before a command that needs root."""
    if os.geteuid() == 0:
        return ()
    found = next((tool for tool in ("sudo", "pkexec") if _is_available(tool)), "sudo")
    return (found,)


def ensure_root() -> None:
    """Say how root is had; fail before anything has run where it cannot be had.

    Raises:
        Failure: no sudo and no pkexec, or a password is wanted and nobody can type it.
    """
    if os.geteuid() == 0:
        return
    if not _is_available("sudo"):
        if not _is_available("pkexec"):
            raise Failure("this needs root", hint="run the same command as root")
        output.talk("pkexec will ask for the right to run this as root")
        return
    if _is_passwordless():
        output.talk("running as root through sudo")
    elif sys.stdin.isatty():
        output.talk("sudo may ask for your password")
    else:
        raise Failure(
            "sudo wants a password and there is no terminal to type it at",
            hint="run it in a terminal, or as root",
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
