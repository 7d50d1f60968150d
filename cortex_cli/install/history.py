"""What was planned and done on this machine, in SQLite.

An entry is written before the first command runs and again after the last, each in one
transaction, so a crash leaves one or the other.  A running entry whose process is gone was
broken off; the next read asks dpkg what it had done.  Root's history is the machine's
(``/var/lib/cortex-history``), a user's is their own.  Every entry is sealed (``seal``): what
somebody else wrote is shown, and never sealed by a later write.
"""

from __future__ import annotations

import json
import os
import pwd
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cortex_cli import processes
from cortex_cli.debian import dpkg_status
from cortex_cli.errors import Failure, NothingFound
from cortex_cli.install import seal
from cortex_cli.install.history_entry import from_row
from cortex_cli.install.history_table import Table
from cortex_cli.processes import Process
from cortex_cli.settings import find_privacy_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.debian.dpkg_status import Versions
    from cortex_cli.install.history_entry import Entry, Kind, State
    from cortex_cli.install.plan import Plan

SYSTEM_FOLDER = Path("/var/lib/cortex-history")
FILE_NAME = "history.sqlite"
# The start of a long output says what was planned, the end why it failed.
OUTPUT_HEAD_BYTES = 16 * 1024
OUTPUT_TAIL_BYTES = 48 * 1024
# Dry runs are frequent and change nothing; the oldest are dropped.
MAX_DRY_RUNS = 1000
# Released before the outcome is written, so that it fits on a disk that has filled up meanwhile.
RESERVE_BYTES = 256 * 1024


class History:
    """Read and write access to one user's, or the machine's, history."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._path = folder / FILE_NAME
        with _translate_errors(self._path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if reason := find_privacy_problem(folder):
                raise Failure(f"the folder {folder} is not safe to use: {reason}")
            self._table = Table(self._path, seal.read_key(folder))

    @classmethod
    def open(cls, environ: Mapping[str, str]) -> Self:
        """Open the current user's history.

        Raises:
            Failure: it cannot be read or written.
        """
        return cls(find_folder(environ), environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._table.close()

    def record_dry_run(self, kind: Kind, plan: Plan, undoes: int | None = None) -> int:
        """Record a plan that was only shown."""
        with _translate_errors(self._path):
            number = self._insert(kind, plan, undoes, state="dry run")
            self._table.drop_dry_runs(MAX_DRY_RUNS)
        return number

    def start(self, kind: Kind, plan: Plan, undoes: int | None = None) -> int:
        """Record that this process is about to run ``plan``."""
        me = processes.identify(os.getpid())
        with _translate_errors(self._path):
            self._make_reserve()
            return self._insert(kind, plan, undoes, state="running", process=me)

    def finish(
        self, number: int, state: State, failed: int | None = None, status: int | None = None
    ) -> Entry:
        """Record how it ended, with the installed versions and the commands' output."""
        entry = self._read_entry(number)
        after = dpkg_status.read(self._environ).states_of(entry.before)
        output = read_excerpt(self.log(number))
        with _translate_errors(self._path):
            self._reserve().unlink(missing_ok=True)
            changes = {
                "state": state,
                "ended": time.time(),
                "after": _dump(after),
                "output": output,
                "failed_command": failed,
                "exit_status": status,
            }
            self._table.update(number, changes)
        self.log(number).unlink(missing_ok=True)
        return self._read_entry(number)

    def entry(self, number: int) -> Entry:
        """Return one entry.

        Raises:
            NothingFound: there is no such entry.
        """
        self._mark_abandoned()
        return self._read_entry(number)

    def entries(self, limit: int = -1) -> list[Entry]:
        """Return the entries, newest first."""
        self._mark_abandoned()
        return self._select("ORDER BY id DESC LIMIT ?", [limit])

    def log(self, number: int) -> Path:
        """Return the file that a running entry's commands write to; it outlives this process."""
        return self._folder / f"output-{number}.log"

    def _mark_abandoned(self) -> None:
        """Mark running entries whose process is gone as broken off."""
        with _translate_errors(self._path):
            rows = self._table.list_running()
        for number, pid, started in rows:
            if not processes.is_running(Process(pid, started)):
                self.finish(number, "broken off")

    def _read_entry(self, number: int) -> Entry:
        entries = self._select("WHERE id = ?", [number])
        if not entries:
            raise NothingFound(
                f"the history has no entry {number}", hint="list the entries with: cortex history"
            )
        return entries[0]

    def _select(self, clause: str, values: list[int]) -> list[Entry]:
        with _translate_errors(self._path):
            rows = self._table.select(clause, values)
        return [from_row(row, sealed=sealed) for row, sealed in rows]

    def _insert(
        self,
        kind: Kind,
        plan: Plan,
        undoes: int | None,
        *,
        state: State,
        process: Process | None = None,
    ) -> int:
        values: dict[str, Any] = {
            "kind": kind,
            "request": plan.request,
            "plan": json.dumps(plan.as_json()),
            "undoes": undoes,
            "who": identify_user(self._environ),
            "state": state,
            "began": time.time(),
            "before": _dump(self._versions(plan)),
            "output": "",
        }
        return self._table.insert(values, process)

    def _versions(self, plan: Plan) -> Versions:
        names = [package.name for package in plan.packages]
        changed = [dpkg_status.strip_architecture(change.name) for change in plan.changes.all()]
        return dpkg_status.read(self._environ).states_of([*names, *changed])

    def _reserve(self) -> Path:
        return self._folder / "reserve"

    def _make_reserve(self) -> None:
        descriptor = os.open(self._reserve(), os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)


def find_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of the current user's history."""
    if named := environ.get("CORTEX_STATE_DIR"):
        return Path(named)
    if os.geteuid() == 0:
        return SYSTEM_FOLDER
    home = Path(environ.get("HOME") or "~").expanduser()
    return Path(environ.get("XDG_STATE_HOME") or home / ".local/state") / "cortex"


def identify_user(environ: Mapping[str, str]) -> str:
    """Return the name of whoever called sudo, else of this user."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    caller = environ.get("SUDO_USER")
    return f"{caller} (as {name})" if os.getuid() == 0 and caller else name


def read_excerpt(path: Path) -> str:
    """Return a file's text; a note replaces the middle of a long one."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            if size <= OUTPUT_HEAD_BYTES + OUTPUT_TAIL_BYTES:
                return stream.read().decode(errors="replace")
            head = stream.read(OUTPUT_HEAD_BYTES).decode(errors="replace")
            stream.seek(-OUTPUT_TAIL_BYTES, os.SEEK_END)
            omitted = size - OUTPUT_HEAD_BYTES - OUTPUT_TAIL_BYTES
            tail = stream.read().decode(errors="replace")
            return f"{head}\n[… {omitted} bytes omitted …]\n{tail}"
    except OSError:
        return ""


def _dump(versions: Versions) -> str:
    return json.dumps(dpkg_status.as_json(versions))


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    hint = f"check free space and ownership: df -h {path.parent}; ls -ld {path.parent}"
    try:
        yield
    except sqlite3.Error as error:
        raise Failure(f"cannot keep the history in {path}: {error}", hint=hint) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(f"cannot keep the history in {path}: {reason}", hint=hint) from error
