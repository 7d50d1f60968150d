"""Commands to recommend: only those that this machine has, as this user has to type them."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

SYSTEMD = Path("/run/systemd/system")
UNIT_FOLDERS = tuple(
    Path(folder, "systemd/system")
    for folder in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
)


def name_privileged(*command: str) -> str:
    """Return ``command`` as this user runs it with the permissions of root."""
    sudo = ["sudo"] if os.geteuid() != 0 and shutil.which("sudo") else []
    return shlex.join([*sudo, *command])


def name_service(verb: str, unit: str, own: str) -> str:
    """Return the remedy with ``own``, and with systemctl where systemd has ``unit``."""
    if has_unit(unit):
        return f"run: {name_privileged('systemctl', verb, unit)}   (or as yourself: {own})"
    return f"run: {own}"


def has_unit(unit: str) -> bool:
    """Return True if systemd runs here and ``unit`` is installed."""
    name = unit if "." in unit else f"{unit}.service"
    return SYSTEMD.is_dir() and any((folder / name).exists() for folder in UNIT_FOLDERS)


def name_llm_command(*arguments: str) -> str:
    """Return a command of cortex-llm, through this Python where the program is not in PATH."""
    program = ["cortex-llm"] if shutil.which("cortex-llm") else [sys.executable, "-m", "cortex_llm"]
    return shlex.join([*program, *arguments])
