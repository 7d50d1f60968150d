"""Tries a model as the service would run it: as the service's user, in the service's sandbox.

A model file is somebody else's data, and the engine that reads it is large: it never runs as
root.  ``cortex-llm check`` runs in a transient unit that has every setting of
cortex-llm.service but what it executes, its credentials, and its runtime folder.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cortex_llm import unit
from cortex_llm.errors import EngineError

TRIAL_UNIT = "cortex-llm-trial.service"
RUNTIME_FOLDER = "cortex-llm-trial"
FOR_SYSTEMD_S = 30.0  # to set up the sandbox and to end it, beyond the trial itself
LAST_LINES = 3
# What the trial has of its own.
_REPLACED = (
    "Exec",
    "Restart",
    "Type",
    "NotifyAccess",
    "SyslogIdentifier",
    "RuntimeDirectory",
    "LoadCredential",
    "MemoryMax",
    "Timeout",
    "KillMode",
    "BindsTo",
)
# Empty, these are the strictest.
_EMPTY_HAS_MEANING = ("CapabilityBoundingSet", "AmbientCapabilities")


@dataclass(frozen=True)
class Outcome:
    """What was measured, in words; and the profile with its reason, empty if none was found."""

    measured: str
    profile: str = ""
    reason: str = ""


def run(settings_file: Path, memory_max: int, model: Path | None, timeout_s: float) -> Outcome:
    """Load the model and generate; return what was measured.

    Raises:
        EngineError: no token came; the message says what was tried and why it failed.
    """
    texts = [path.read_text() for path in _list_files()]
    program, properties = read_unit("\n".join(texts))
    properties += [
        f"RuntimeDirectory={RUNTIME_FOLDER}",
        f"Environment=CORTEX_LLM_HOST=/run/{RUNTIME_FOLDER}/llm.sock",
        f"Environment=HOME=/run/{RUNTIME_FOLDER}",
        f"LoadCredential=llm.env:{settings_file}",
        f"MemoryMax={memory_max}",
        f"RuntimeMaxSec={timeout_s + FOR_SYSTEMD_S:.0f}",
    ]
    for name, _, value in (line.partition("=") for line in unit.render_sight(model)):
        # systemd-run takes a percent sign for what it is.
        properties = _add_property(properties, name, value.replace("%%", "%"))
    argv = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={TRIAL_UNIT}"]
    for each in properties:
        argv += ["-p", each]
    argv += ["--", program, "check", "--json", "--timeout", f"{timeout_s:.0f}"]
    unit.forget_failures(TRIAL_UNIT)
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s + 2 * FOR_SYSTEMD_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"the model gave no token within {timeout_s:.0f} s") from error
    finally:
        with suppress(EngineError):
            unit.systemctl("stop", TRIAL_UNIT)
    return _read_outcome(done)


def _list_files() -> list[Path]:
    """Return the service's unit file and drop-ins, but those of the model that it has now."""
    names = [unit.show_property(unit.SERVICE, "FragmentPath")]
    names += unit.show_property(unit.SERVICE, "DropInPaths").split()
    kept = [Path(name) for name in names if name]
    return [path for path in kept if path != unit.MODEL_DROP_IN and path.is_file()]


def read_unit(text: str) -> tuple[str, list[str]]:
    """Return the program of the unit ``text``, and the settings that a trial shares with it.

    Raises:
        EngineError: the unit runs nothing.
    """
    section, program = "", ""
    properties: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        name, equals, value = line.strip().partition("=")
        if name.startswith("["):
            section = name
        elif section != "[Service]" or not equals or name.startswith(("#", ";")):
            continue
        elif name == "ExecStart":
            program = value.lstrip("-+!@: ").split()[0] if value.split() else program
        elif not name.startswith(_REPLACED):
            properties = _add_property(properties, name, value)
    if not program:
        raise EngineError(f"{unit.SERVICE} runs nothing", hint="install Cortex again")
    return program, properties


def _add_property(properties: list[str], name: str, value: str) -> list[str]:
    """Add a setting; an empty one takes back those before it, which systemd-run cannot say."""
    if value:
        return [*properties, f"{name}={value}"]
    kept = [each for each in properties if not each.startswith(f"{name}=")]
    return [*kept, f"{name}="] if name in _EMPTY_HAS_MEANING else kept


def _read_outcome(done: subprocess.CompletedProcess[str]) -> Outcome:
    """Return what the check measured; its first failure is the error."""
    try:
        checks = json.loads(done.stdout)["checks"]
        failed = next((check for check in checks if not check["ok"]), None)
        measured = next((check for check in checks if check["name"] == "token"), None)
        facts: dict[str, object] = next(
            (check["facts"] for check in checks if check["name"] == "profile"), {}
        )
        profile, reason = str(facts.get("profile", "")), str(facts.get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = "; ".join(done.stderr.strip().splitlines()[-LAST_LINES:]) or "no output"
        raise EngineError(
            f"the trial in the service's sandbox failed with status {done.returncode}: {said}",
            hint=f"journalctl -u {TRIAL_UNIT} -n 50",
        ) from error
    if failed is not None:
        raise EngineError(
            f"tried in the service's sandbox: {failed['detail']}", hint=failed.get("hint")
        )
    words = str(measured["detail"]) if measured else "no token was asked for"
    return Outcome(words, profile, reason)
