"""The system's services, through systemctl and journalctl; thin, and exact about permissions.

Runs what a person would type.  If permission is missing, the message has the complete command to
run instead.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from cortex_cli.errors import AlreadyReported, Failure
from cortex_cli.settings import runtime_dir

DAEMON_UNIT, DAEMON_SOCKET_UNIT = "cortexd.service", "cortexd.socket"
MODEL_UNIT, MODEL_PROXY_UNIT, MODEL_SOCKET_UNIT = (
    "cortex-llm.service",
    "cortex-llm-proxy.service",
    "cortex-llm-proxy.socket",
)
# Both: with the socket alone left, the next client would start the daemon again.
DAEMON_UNITS = (DAEMON_SOCKET_UNIT, DAEMON_UNIT)
SCRIPTS = ("install.sh", "uninstall.sh")
# What systemctl says when polkit or D-Bus refuses.
_REFUSAL_WORDS = ("access denied", "authentication", "authorization", "not permitted")


def systemctl(verb: str, *units: str) -> None:
    """Run ``systemctl verb units``.

    Raises:
        Failure: with the command to run as root, or with systemd's message.
    """
    require_systemd()
    argv = ["systemctl", "--no-ask-password", verb, *units]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    message = done.stderr.strip()
    if any(word in message.lower() for word in _REFUSAL_WORDS):
        raise Failure(
            f"no permission to {verb} {units[-1]}",
            hint=f"run: {shlex.join(['sudo', 'systemctl', verb, *units])}",
        )
    if "not found" in message or "not loaded" in message:
        raise Failure(
            f"{units[-1]} is not installed on this system",
            hint="run: cortex daemon install   (or, without root: cortex up)",
        )
    first = message.splitlines()[0] if message else f"exit status {done.returncode}"
    raise Failure(f"systemctl {verb} {units[-1]}: {first}", hint=f"journalctl -u {units[-1]} -n 50")


def has_model_unit() -> bool:
    """Return True if systemd runs here and has the model service."""
    if not Path("/run/systemd/system").is_dir() or shutil.which("systemctl") is None:
        return False
    argv = ["systemctl", "show", "--property=LoadState", "--value", MODEL_UNIT]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.strip() == "loaded"


def show_logs(*, follow: bool, lines: int, request: str | None) -> None:
    """Show the journal of both services; replaces this process with journalctl.

    Raises:
        Failure: this system has no journal.
    """
    program = shutil.which("journalctl")
    if program is None:
        raise Failure(
            "journalctl is not installed",
            hint=f"the logs of cortex up are in {runtime_dir(os.environ)}",
        )
    argv = [program, "--lines", str(lines)]
    argv += ["--follow"] if follow else ["--no-pager"]
    if request is not None:
        argv.append(f"CORTEX_REQUEST_ID={request}")  # both services write it
    else:
        argv += [
            word
            for unit in (DAEMON_UNIT, MODEL_UNIT, MODEL_PROXY_UNIT)
            for word in ("--unit", unit)
        ]
    if not may_read_journal():
        sys.stderr.write(
            "cortex: only your own entries are shown\n"
            f"hint: run: sudo {shlex.join(['journalctl', *argv[1:]])}   "
            "(or join the group systemd-journal)\n"
        )
    sys.stdout.flush()
    os.execv(program, argv)  # noqa: S606 - no shell is the point


def may_read_journal() -> bool:
    """Return True if this user can read the system's journal."""
    if os.geteuid() == 0:
        return True
    places = (Path("/var/log/journal"), Path("/run/log/journal"))
    return any(os.access(entry, os.R_OK) for place in places for entry in place.glob("*/*.journal"))


def run_script(name: str, options: tuple[str, ...]) -> None:
    """Run an installation script of this checkout or installation, with its output shown.

    Raises:
        Failure: it is missing, or it needs root.
        AlreadyReported: it failed and printed why.
    """
    script = find_script(name)
    argv = [str(script), *options]
    if os.geteuid() != 0 and not {"--dry-run", "--help", "-h"} & set(options):
        raise Failure(
            f"{name} changes the system and needs root",
            hint=f"run: {shlex.join(['sudo', *argv])}",
        )
    done = subprocess.run(argv, check=False)
    if done.returncode:
        raise AlreadyReported(done.returncode)


def find_script(name: str) -> Path:
    """Return the script next to the package (a checkout) or the installation's environment.

    Raises:
        Failure: this installation has none.
    """
    package = Path(__file__).resolve().parents[1]
    prefix = Path(sys.prefix)
    for folder in (package.parent, prefix, prefix.parent, Path("/opt/cortex")):
        script = folder / "scripts" / name
        if os.access(script, os.X_OK):
            return script
    raise Failure(
        f"{name} is not part of this installation",
        hint="installed as a package? Use apt. Otherwise run it from a source checkout",
    )


def require_systemd() -> None:
    """Raise ``Failure`` if systemd is not running."""
    if not Path("/run/systemd/system").is_dir():
        raise Failure(
            "systemd is not running on this machine",
            hint="run Cortex without it: cortex up, cortex down, cortex status",
        )
