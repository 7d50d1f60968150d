"""Checks everything that Cortex needs from a machine, one by one.

A check returns a finding; a failed one says what to do about it.  "warning" is for what Cortex
can do without.  A check that raises counts as failed, it never stops the others.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import native_libraries
from cortex_cli.errors import Failure
from cortex_cli.model import prompts
from cortex_cli.services.model_server import Records
from cortex_cli.settings import make_runtime_dir, runtime_dir
from cortex_cli.status import index_checks, remedies
from cortex_cli.status.finding import Finding
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

PROJECT = "cortex-linux"
MIN_PYTHON = (3, 11)
REPLY_TIMEOUT_S = 10.0
TOKEN_TIMEOUT_S = 120.0
LLM_CHECK_TIMEOUT_S = 300.0


Check = Callable[["Settings"], Finding]


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Run every check, the cheap ones first, and yield each finding as it is made."""
    failed: set[str] = set()
    for name, check in CHECKS.items():
        cause = next((need for need in NEEDS.get(name, ()) if need in failed), None)
        finding = (
            Finding(name, "skipped", f"needs: {cause}")
            if cause
            else _run_check(name, check, settings)
        )
        if finding.state in ("failed", "skipped"):
            failed.add(name)
        yield finding


def _run_check(name: str, check: Check, settings: Settings) -> Finding:
    try:
        return check(settings)
    except CortexError as error:
        return Finding(name, "failed", error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - one broken check must not stop the others
        return Finding(name, "failed", f"{type(error).__name__}: {error}", "please report this")


def _check_python(_settings: Settings) -> Finding:
    running = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < MIN_PYTHON:
        return Finding("python", "failed", running, "install Python 3.11 or newer")
    return Finding("python", "ok", f"{running} ({sys.executable})")


def _check_dependencies(_settings: Settings) -> Finding:
    needed = importlib.metadata.requires(PROJECT) or []
    names = [re.split(r"[^\w.-]", line)[0] for line in needed if "extra ==" not in line]
    missing = []
    for name in names:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = f"run: {sys.executable} -m pip install {' '.join(missing)}"
        if importlib.util.find_spec("pip") is None:
            remedy = "install Cortex again: its environment has no pip"
        return Finding("dependencies", "failed", f"missing: {', '.join(missing)}", remedy)
    return Finding("dependencies", "ok", f"all {len(names)} are installed")


def _check_native_libraries(_settings: Settings) -> Finding:
    report = native_libraries.check_in_child()
    if report.message:
        return Finding("native libraries", "failed", report.message, report.hint)
    return Finding("native libraries", "ok", "all compiled modules can be imported")


def _check_runtime_folder(settings: Settings) -> Finding:
    folder = make_runtime_dir(settings.environ)
    return Finding("runtime folder", "ok", f"{folder} is private to you")


def _check_socket(settings: Settings) -> Finding:
    path = settings.socket_path()
    if not path.exists():
        remedy = remedies.name_service("start", "cortexd", "cortex up")
        return Finding("socket", "failed", f"{path} does not exist", remedy)
    if not path.is_socket():
        return Finding("socket", "failed", f"{path} is not a socket", f"remove it: rm {path}")
    if not os.access(path, os.R_OK | os.W_OK):
        remedy = f"ask an administrator: chmod 666 {path}"
        return Finding("socket", "failed", f"no permission to use {path}", remedy)
    return Finding("socket", "ok", str(path))


def _check_daemon(settings: Settings) -> Finding:
    started = time.perf_counter()
    with Client(settings.socket_path(), timeout_s=REPLY_TIMEOUT_S) as client:
        version = client.call("version")["version"]
    took = (time.perf_counter() - started) * 1000
    ours = importlib.metadata.version(PROJECT)
    if version != ours:
        detail = f"cortexd is version {version}, this command {ours}"
        remedy = remedies.name_service("restart", "cortexd", "cortex down; cortex up")
        return Finding("daemon", "warning", detail, remedy)
    return Finding("daemon", "ok", f"cortexd {ours} answers in {took:.1f} ms")


def _check_model(settings: Settings) -> Finding:
    with Client(settings.socket_path(), timeout_s=REPLY_TIMEOUT_S) as client:
        status = client.call("llm.status")
    detail = f"{status.get('model') or 'no model'}: {status['state']} ({status.get('url')})"
    profile = status.get("profile")
    if status.get("model"):
        purpose = prompts.describe_purpose(profile)
        detail += f"; profile {profile or prompts.UNTESTED}, good for: {purpose}"
    if profile == prompts.BASE:
        return Finding("model server", "warning", detail, "choose another: cortex llm list")
    if status["state"] in ("ready", "stopped", "loading"):
        return Finding("model server", "ok", detail)
    if status.get("last_error"):
        detail = f"{detail}; {status['last_error']}"
    remedy = remedies.name_service("start", "cortex-llm", "cortex up")
    return Finding("model server", "failed", detail, remedy)


def _check_token(settings: Settings) -> Finding:
    started = time.perf_counter()
    with Client(settings.socket_path(), timeout_s=TOKEN_TIMEOUT_S) as client:
        reply = client.call("inference", prompt="Hello", max_tokens=1)
    took = (time.perf_counter() - started) * 1000
    return Finding("one token", "ok", f"{reply['tokens_used']} token in {took:.0f} ms")


def _check_engine(settings: Settings) -> Finding:
    """The engine with the model that is served, which is tested unless that has been done."""
    command = [sys.executable, "-P", "-m", "cortex_llm", "check", "--json"]
    environ = dict(settings.environ)
    if (named := Records(runtime_dir(environ)).read_model()) is not None:
        environ["CORTEX_LLM_MODEL_PATH"] = str(named)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LLM_CHECK_TIMEOUT_S,
            env=environ,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(
            "engine",
            "failed",
            f"no result within {LLM_CHECK_TIMEOUT_S:g} s",
            f"see: {remedies.name_llm_command('check')}",
        )
    try:
        checks = json.loads(done.stdout)["checks"]
        bad = next((check for check in checks if not check["ok"]), None)
        good = "; ".join(f"{check['name']}: {check['detail']}" for check in checks)
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        remedy = f"see the whole output: {remedies.name_llm_command('check')}"
        return Finding("engine", "failed", lines[-1], remedy)
    if bad is None:
        return Finding("engine", "ok", good)
    return Finding("engine", "failed", f"{bad['name']}: {bad['detail']}", bad.get("hint"))


def _check_search(_settings: Settings) -> Finding:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError:
        remedy = "use a Python whose SQLite has FTS5, such as Debian's python3"
        return Finding("full-text search", "failed", "SQLite lacks FTS5", remedy)
    finally:
        db.close()
    return Finding("full-text search", "ok", f"SQLite {sqlite3.sqlite_version} with FTS5")


def _check_systemd(_settings: Settings) -> Finding:
    if Path("/run/systemd/system").is_dir():
        return Finding("systemd", "ok", "running")
    remedy = "no systemd here; cortex up starts both services without it"
    return Finding("systemd", "warning", "not running", remedy)


def _check_permissions(_settings: Settings) -> Finding:
    unreadable = [
        str(path)
        for path in (Path("/etc/cortex/daemon.yaml"), Path.home() / ".cortex")
        if path.exists() and not os.access(path, os.R_OK)
    ]
    if unreadable:
        raise Failure(
            f"cannot read {', '.join(unreadable)}", hint=f"check: ls -ld {' '.join(unreadable)}"
        )
    return Finding("permissions", "ok", "settings are readable")


CHECKS: dict[str, Check] = {
    "python": _check_python,
    "dependencies": _check_dependencies,
    "native libraries": _check_native_libraries,
    "full-text search": _check_search,
    "package lists": index_checks.check_package_lists,
    "package index": index_checks.check_package_index,
    "manual index": index_checks.check_manual_index,
    "disk space": index_checks.check_disk_space,
    "permissions": _check_permissions,
    "systemd": _check_systemd,
    "runtime folder": _check_runtime_folder,
    "socket": _check_socket,
    "daemon": _check_daemon,
    "model server": _check_model,
    "one token": _check_token,
    "engine": _check_engine,
}
# A check that depends on a failed one is skipped, not counted as another failure.
NEEDS = {
    "daemon": ("socket",),
    "model server": ("daemon",),
    "one token": ("daemon", "model server"),
}
