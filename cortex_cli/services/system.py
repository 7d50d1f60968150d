"""The system's services, over systemctl and journalctl; thin, and exact about rights.

What is run is what a person would type. Where rights are missing the message holds the whole
command to run instead.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from cortex_cli.errors import AlreadyReported, Failure

DAEMON_UNIT, DAEMON_SOCKET_UNIT = "cortexd.service", "cortexd.socket"
MODEL_UNIT, MODEL_PROXY_UNIT, MODEL_SOCKET_UNIT = (
    "cortex-llm.service",
    "cortex-llm-proxy.service",
    "cortex-llm-proxy.socket",
)
# Both halves: a socket left behind would start the daemon again with the next client.
DAEMON_UNITS = (DAEMON_SOCKET_UNIT, DAEMON_UNIT)
SCRIPTS = ("install.sh", "uninstall.sh")
# What systemctl says when polkit or D-Bus refuses.
_REFUSAL_WORDS = ("access denied", "authentication", "authorization", "not permitted")


def systemctl(verb: str, *units: str) -> None:
    """Run it; raises Failure with the command to run as root, or with what systemd said."""
    require_systemd()
    argv = ["systemctl", "--no-ask-password", verb, *units]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = done.stderr.strip()
    if any(word in said.lower() for word in _REFUSAL_WORDS):
        raise Failure(
            f"you may not {verb} {units[-1]}",
            hint=f"run: {shlex.join(['sudo', 'systemctl', verb, *units])}",
        )
    if "not found" in said or "not loaded" in said:
        raise Failure(
            f"{units[-1]} is not installed on this system",
            hint="run: cortex daemon install   (or as yourself, without root: cortex up)",
        )
    first = said.splitlines()[0] if said else f"exit {done.returncode}"
    raise Failure(f"systemctl {verb} {units[-1]}: {first}", hint=f"journalctl -u {units[-1]} -n 50")


def show_logs(*, follow: bool, lines: int, request: str | None) -> None:
    """Show the journal of both services; becomes journalctl.

    Raises:
        Failure: there is no journal here.
    """
    program = shutil.which("journalctl")
    if program is None:
        raise Failure(
            "there is no journalctl here", hint="as yourself, logs are where cortex up says"
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
            "cortex: you see your own entries only\n"
            f"hint: run: sudo {shlex.join(['journalctl', *argv[1:]])}   "
            "(or join the group systemd-journal)\n"
        )
    sys.stdout.flush()
    os.execv(program, argv)  # noqa: S606 - no shell is the point


def may_read_journal() -> bool:
    """Whether the system's journal can be read by us."""
    places = (Path("/var/log/journal"), Path("/run/log/journal"))
    return any(os.access(entry, os.R_OK) for place in places for entry in place.glob("*/*.journal"))


def run_script(name: str, options: tuple[str, ...]) -> None:
    """Run an installation script of this checkout or installation; its output is the user's.

    Raises:
        Failure: it is not here, or it needs root.
        AlreadySaid: it failed and has said why.
    """
    script = find_script(name)
    argv = [str(script), *options]
    if os.geteuid() != 0 and not {"--dry-run", "--help", "-h"} & set(options):
        raise Failure(
            f"{name} changes the system, which needs root",
            hint=f"run: {shlex.join(['sudo', *argv])}",
        )
    done = subprocess.run(argv, check=False)
    if done.returncode:
        raise AlreadyReported(done.returncode)


def find_script(name: str) -> Path:
    """The script beside the package (a checkout), or beside the installation's environment."""
    package = Path(__file__).resolve().parents[1]
    prefix = Path(sys.prefix)
    for folder in (package.parent, prefix, prefix.parent, Path("/opt/cortex")):
        script = folder / "scripts" / name
        if os.access(script, os.X_OK):
            return script
    raise Failure(
        f"{name} is not part of this installation",
        hint="if Cortex came as a package, use apt; else run it from a checkout of the sources",
    )


def require_systemd() -> None:
    """Raise Failure where systemd does not run the machine."""
    if not Path("/run/systemd/system").is_dir():
        raise Failure(
            "systemd does not run this machine",
            hint="run Cortex as yourself: cortex up, cortex down, cortex status",
        )
