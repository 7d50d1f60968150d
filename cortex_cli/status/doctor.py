"""Every assumption that Cortex makes about a machine, checked one by one.

A check returns what it found; a failed one says what to do about it.  "warning" is for what
Cortex can do without.  A check that cannot even be made is a failure of its own, never an
exception.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cortex_cli.errors import Failure
from cortex_cli.index import background, cache
from cortex_cli.index.documents import DocumentSource
from cortex_cli.index.packages import PackageSource
from cortex_cli.model import prompts
from cortex_cli.settings import make_runtime_dir
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.index.cache import Source
    from cortex_cli.settings import Settings

State = Literal["ok", "warning", "failed", "skipped"]

PROJECT = "cortex-linux"
MIN_PYTHON = (3, 11)
MIN_FREE_BYTES = 256 * 1024 * 1024
OLD_LISTS_DAYS = 30
REPLY_TIMEOUT_S = 10.0
TOKEN_TIMEOUT_S = 120.0
LLM_CHECK_TIMEOUT_S = 300.0
DAY_S = 86_400
MIB = 1024 * 1024
MB = 10**6


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``remedy`` says how to put it right."""

    name: str
    state: State
    detail: str
    remedy: str | None = None


Check = Callable[["Settings"], Finding]


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Make every check, the cheap ones first, and yield as they are done."""
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
    except Exception as error:  # noqa: BLE001 - a doctor that dies helps nobody
        return Finding(name, "failed", f"{type(error).__name__}: {error}", "please report it")


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
        return Finding("dependencies", "failed", f"missing: {', '.join(missing)}", remedy)
    return Finding("dependencies", "ok", f"all {len(names)} are installed")


def _check_runtime_folder(settings: Settings) -> Finding:
    folder = make_runtime_dir(settings.environ)
    return Finding("runtime folder", "ok", f"{folder} is yours alone")


def _check_socket(settings: Settings) -> Finding:
    path = settings.socket_path()
    if not path.exists():
        remedy = "start it with: cortex up   (or: systemctl start cortexd)"
        return Finding("socket", "failed", f"{path} does not exist", remedy)
    if not path.is_socket():
        return Finding("socket", "failed", f"{path} is no socket", f"remove it: rm {path}")
    if not os.access(path, os.R_OK | os.W_OK):
        remedy = f"ask an administrator: chmod 666 {path}"
        return Finding("socket", "failed", f"you may not use {path}", remedy)
    return Finding("socket", "ok", str(path))


def _check_daemon(settings: Settings) -> Finding:
    started = time.perf_counter()
    with Client(settings.socket_path(), timeout_s=REPLY_TIMEOUT_S) as client:
        found = client.call("version")
    took = (time.perf_counter() - started) * 1000
    ours = importlib.metadata.version(PROJECT)
    if found["version"] != ours:
        detail = f"cortexd is {found['version']}, this command {ours}"
        remedy = "restart it: systemctl restart cortexd   (or: cortex down; cortex up)"
        return Finding("daemon", "warning", detail, remedy)
    return Finding("daemon", "ok", f"cortexd {ours} answers in {took:.1f} ms")


def _check_model(settings: Settings) -> Finding:
    with Client(settings.socket_path(), timeout_s=REPLY_TIMEOUT_S) as client:
        found = client.call("llm.status")
    detail = f"{found.get('model') or 'no model'}: {found['state']} ({found.get('url')})"
    if found.get("model"):
        profile = found.get("profile")
        detail += f"; profile {profile or prompts.CHAT}, good for: {prompts.purpose(profile)}"
    if found["state"] in ("ready", "stopped", "loading"):
        return Finding("model server", "ok", detail)
    if found.get("last_error"):
        detail = f"{detail}; {found['last_error']}"
    remedy = "start it with: systemctl start cortex-llm   (or: cortex up)"
    return Finding("model server", "failed", detail, remedy)


def _check_token(settings: Settings) -> Finding:
    started = time.perf_counter()
    with Client(settings.socket_path(), timeout_s=TOKEN_TIMEOUT_S) as client:
        found = client.call("inference", prompt="Hello", max_tokens=1)
    took = (time.perf_counter() - started) * 1000
    return Finding("one token", "ok", f"{found['tokens_used']} token in {took:.0f} ms")


def _check_engine(_settings: Settings) -> Finding:
    command = [sys.executable, "-P", "-m", "cortex_llm", "check", "--json"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LLM_CHECK_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding("engine", "failed", f"no verdict within {LLM_CHECK_TIMEOUT_S:g} s")
    try:
        checks = json.loads(done.stdout)["checks"]
        bad = next((check for check in checks if not check["ok"]), None)
        good = "; ".join(f"{check['name']}: {check['detail']}" for check in checks)
    except (ValueError, KeyError, TypeError):
        words = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        return Finding("engine", "failed", words, "see all of it: cortex-llm check")
    if bad is None:
        return Finding("engine", "ok", good)
    return Finding("engine", "failed", f"{bad['name']}: {bad['detail']}", bad.get("hint"))


def _check_package_lists(settings: Settings) -> Finding:
    sources = PackageSource.find(settings.environ)
    if not sources.lists:
        detail = f"none in {sources.folder}"
        return Finding("package lists", "warning", detail, "run: apt-get update")
    days = (time.time() - max(found.path.stat().st_ctime for found in sources.lists)) / DAY_S
    detail = f"{len(sources.lists)} in {sources.folder}, fetched {days:.0f} days ago"
    if days > OLD_LISTS_DAYS:
        return Finding("package lists", "warning", detail, "run: apt-get update")
    if not sources.descriptions:
        detail += "; without long descriptions"
    return Finding("package lists", "ok", detail)


def _check_package_index(settings: Settings) -> Finding:
    return _check_index("package index", PackageSource.find(settings.environ), settings)


def _check_manual_index(settings: Settings) -> Finding:
    return _check_index("manual index", DocumentSource.find(settings.environ), settings)


def _check_index(name: str, source: Source, settings: Settings) -> Finding:
    """How old and how large an index is, and what it lacks."""
    if source.empty:
        return Finding(name, "ok", "there is nothing to index here")
    found = cache.find(source, settings.environ, source.signature())
    place = found.path if found else cache.place(source, settings.environ)
    failed = background.why_failed(place) if place else None
    now = " (being built)" if place and background.building(place) else ""
    if failed and (found is None or found.signature != source.signature()):
        return Finding(name, "failed", failed.message, failed.hint)
    if found is None or found.path is None:
        remedy = "the first cortex ask, install or search builds it"
        return Finding(name, "warning", f"none yet{now}", remedy)
    found.db.close()
    about = found.path.stat()
    detail = f"{about.st_size / MB:.0f} MB, made {_ago(time.time() - about.st_mtime)}, {found.path}"
    if found.signature != source.signature():
        detail += f"; older than what it is made of{now}: the next command renews it"
    return Finding(name, "ok", detail)


def _ago(seconds: float) -> str:
    for unit, length in (("days", DAY_S), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{max(seconds, 0):.0f} seconds ago"


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


def _check_disk(settings: Settings) -> Finding:
    places = [folder for folder in cache.folders(settings.environ) if os.access(folder, os.W_OK)]
    place = next(iter(places), Path(settings.environ.get("HOME") or "/"))
    free = shutil.disk_usage(place).free
    detail = f"{free // MIB} MiB free at {place}"
    if free < MIN_FREE_BYTES:
        remedy = f"free some: Cortex wants {MIN_FREE_BYTES // MIB} MiB for its package index"
        return Finding("disk space", "failed", detail, remedy)
    return Finding("disk space", "ok", detail)


def _check_systemd(_settings: Settings) -> Finding:
    if Path("/run/systemd/system").is_dir():
        return Finding("systemd", "ok", "is running this machine")
    remedy = "nothing is lost: cortex up starts both services without it"
    return Finding("systemd", "warning", "is not running this machine", remedy)


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
    "full-text search": _check_search,
    "package lists": _check_package_lists,
    "package index": _check_package_index,
    "manual index": _check_manual_index,
    "disk space": _check_disk,
    "permissions": _check_permissions,
    "systemd": _check_systemd,
    "runtime folder": _check_runtime_folder,
    "socket": _check_socket,
    "daemon": _check_daemon,
    "model server": _check_model,
    "one token": _check_token,
    "engine": _check_engine,
}
# A check that cannot be made because of another's failure is not one more failure.
NEEDS = {
    "daemon": ("socket",),
    "model server": ("daemon",),
    "one token": ("daemon", "model server"),
}
