"""The model server's units: their drop-ins, and systemctl. Only for root, only with systemd.

What is written here goes to /etc/systemd/system, an administrator's place; the units
themselves are a package's and are never touched.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import subprocess
from pathlib import Path

from cortex_llm.endpoint import UnixEndpoint
from cortex_llm.errors import EngineError, UsageError

SERVICE, PROXY, PROXY_SOCKET = (
    "cortex-llm.service",
    "cortex-llm-proxy.service",
    "cortex-llm-proxy.socket",
)
TCP_SOCKET, TCP_PROXY = "cortex-llm-tcp.socket", "cortex-llm-tcp.service"
# Of PROXY_SOCKET; the first connection loads the model.
PUBLIC_ENDPOINT = UnixEndpoint(Path("/run/cortex-llm.sock"))
DROP_INS = Path("/etc/systemd/system/cortex-llm.service.d")
MODEL_DROP_IN = DROP_INS / "50-model.conf"
ON_DEMAND_MASK = DROP_INS / "10-on-demand.conf"
START_TIMEOUT = 340.0  # above the unit's own TimeoutStartSec
DEFAULT_FOLDER = Path("/var/lib/cortex/models")


def require_root() -> None:
    """Raise UsageError unless we may change the system's services."""
    if os.geteuid() != 0:
        raise UsageError("only root can set up the service", hint="run it with sudo")


def require_systemd() -> None:
    """Raise UsageError where there is no systemd, or our units are not installed."""
    if not Path("/run/systemd/system").is_dir():
        raise UsageError(
            "systemd is not running on this machine",
            hint="run the model server under your own user: cortex up",
        )
    if show_property(SERVICE, "LoadState") != "loaded":
        raise UsageError(
            f"{SERVICE} is not installed", hint="install Cortex first: sudo scripts/install.sh"
        )


def systemctl(*arguments: str, timeout: float = 60.0) -> None:
    """Run systemctl; raises EngineError with what it said."""
    argv = ["systemctl", "--no-ask-password", *arguments]
    try:
        result = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{' '.join(argv)} did not finish within {timeout:g} s") from error
    if result.returncode:
        lines = result.stderr.strip().splitlines()
        raise EngineError(
            f"{' '.join(argv)}: {lines[0] if lines else f'exit {result.returncode}'}",
            hint=show_property(SERVICE, "StatusText") or f"journalctl -u {SERVICE} -n 50",
        )


def forget_failures(*units: str) -> None:
    """Reset the failures and start counts of ``units``.

    systemd drops a stopped unit that nothing refers to, and then has nothing to reset; it
    reports that as an error, and the start that follows loads the unit again.
    """
    for name in units:
        with contextlib.suppress(EngineError):
            systemctl("reset-failed", name)


def show_property(unit: str, name: str) -> str:
    """One property of a unit; empty where there is none."""
    argv = ["systemctl", "show", "--value", f"--property={name}", unit]
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def render_drop_in(memory_max: int, model: Path | None) -> str:
    """The text of 50-model.conf: the memory cap, and the sight of the model's folder."""
    lines = [
        "# Written by install-llm.sh from the model's size; configure rewrites it.",
        "[Service]",
        f"MemoryMax={memory_max}",
    ]
    return "\n".join([*lines, *render_sight(model)]) + "\n"


def render_sight(model: Path | None) -> list[str]:
    """The settings that show the service the model's folder, where it is not the usual one."""
    if model is None or model.parent == DEFAULT_FOLDER:
        return []
    shown = escape_path(_find_visible_path(model))
    return ["BindReadOnlyPaths=", f"BindReadOnlyPaths={shown}"]


def _find_visible_path(model: Path) -> Path:
    """What the service is shown: the folder, or where others may not enter it, the file."""
    with contextlib.suppress(OSError):
        if not model.parent.stat().st_mode & stat.S_IXOTH:
            return model
    return model.parent


def escape_path(path: Path) -> str:
    """The path as systemd reads it in BindReadOnlyPaths=; raises UsageError."""
    text = str(path)
    if not text.isprintable():
        raise UsageError(f"the folder {text!r} has control characters in its name")
    escaped = re.sub(r'([\\":])', r"\\\1", text).replace("%", "%%")
    escaped = escaped.replace("\\:", "\\\\:")  # a colon parts source from destination
    return f'"{escaped}"'
