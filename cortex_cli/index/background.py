"""Builds an index in a separate process, and waits for it if an answer needs it.

The process outlives the command that starts it.  The command that takes the lock starts it and
passes the lock on: two commands at once start one build, and a build that is killed releases the
lock.  Its progress and the reason for a failure are in small files next to the index.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.index import cache
from cortex_cli.processes import read_log_tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.index.cache import CachedIndex, IndexSource

BUILDER = "cortex_cli.index.builder"
# In the background it yields to everything else; a build that is waited for hardly does.
NICE_BACKGROUND, NICE_AWAITED = 15, 1
# A build that failed is not retried by every command while its sources are unchanged.
RETRY_S = 600.0
# A build that was already running may be of older lists; after the second one any index will do.
MAX_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class BuildFiles:
    """The files next to an index while it is built."""

    index_path: Path

    @property
    def lock(self) -> Path:
        """Held by the process that builds the index."""
        return self.index_path.with_suffix(".lock")

    @property
    def progress(self) -> Path:
        """The progress of the build, as JSON."""
        return self.index_path.with_suffix(".progress")

    @property
    def failure(self) -> Path:
        """Why the last build failed, as JSON."""
        return self.index_path.with_suffix(".failed")

    @property
    def log(self) -> Path:
        """The output of the build process."""
        return self.index_path.with_suffix(".log")


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """A failed build: the signature of its sources, the time and the reason."""

    signature: str
    at: float
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index to read; ``stale`` if its sources have changed, ``failure`` if a rebuild failed."""

    index: CachedIndex
    stale: bool = False
    failure: BuildFailure | None = None

    def describe(self, why: str) -> str:
        """Return the note for a person who gets an answer from a stale index."""
        path = self.index.path
        made = time.strftime("%d %b %H:%M", time.localtime(path.stat().st_mtime)) if path else "now"
        if self.failure:
            return (
                f"Note: {why}; using the index of {made} because refreshing it failed: "
                f"{self.failure.message}"
            )
        return f"Note: {why}; using the index of {made} while it is refreshed in the background."


def open_index(
    source: IndexSource, environ: Mapping[str, str], *, wait: bool = True
) -> OpenIndex | None:
    """Open the index of ``source``; a stale one is refreshed in the background.

    If there is none, a build is started and waited for.  Returns None if there is nothing to
    index, or if there is no index yet and ``wait`` is False.

    Raises:
        Failure: the index cannot be built, and there is no older one.
    """
    if source.is_empty:
        return None
    signature = source.signature()
    index = cache.find(source, environ, signature)
    if index is None:
        if wait:
            return _build_and_wait(source, environ)
        if path := cache.choose_path(source, environ):
            start_build(source, path, environ, NICE_BACKGROUND)
        return None
    if index.signature == signature:
        return OpenIndex(index)
    path = cache.choose_path(source, environ)
    if path is None:
        return OpenIndex(index, stale=True)
    failure = read_failure(path)
    # A clock that was set back must not put the retry off.
    is_recent = failure is not None and 0 <= time.time() - failure.at < RETRY_S
    if failure and failure.signature == signature and is_recent:
        return OpenIndex(index, stale=True, failure=failure)
    start_build(source, path, environ, NICE_BACKGROUND)
    return OpenIndex(index, stale=True)


def prepare(source: IndexSource, environ: Mapping[str, str]) -> None:
    """Start building an index that will be needed soon, if there is none."""
    if source.is_empty:
        return
    index = cache.find(source, environ, source.signature())
    if index:
        index.db.close()
    elif path := cache.choose_path(source, environ):
        start_build(source, path, environ, NICE_AWAITED)


def open_fresh(source: IndexSource, environ: Mapping[str, str]) -> OpenIndex | None:
    """Open a fresh index, waiting for the build if needed; None if there is nothing to index.

    Raises:
        Failure: the index cannot be built.
    """
    if source.is_empty:
        return None
    signature = source.signature()
    index = cache.find(source, environ, signature)
    if index and index.signature == signature:
        return OpenIndex(index)
    if index:
        index.db.close()
    return _build_and_wait(source, environ)


def start_build(source: IndexSource, path: Path, environ: Mapping[str, str], nice: int) -> None:
    """Start a process that builds the index at ``path``, unless one is running."""
    files = BuildFiles(path)
    with _lock(files.lock, fcntl.LOCK_EX | fcntl.LOCK_NB) as lock:
        if lock is None:
            return
        files.failure.unlink(missing_ok=True)
        arguments = [source.KIND, str(path), str(lock), str(nice)]
        log = os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", BUILDER, *arguments],
                env={"PATH": os.defpath, **environ, "PYTHONPATH": _build_module_path(environ)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(log)
        # Reaps the child if this process lives that long, and avoids a ResourceWarning.
        threading.Thread(target=process.wait, daemon=True).start()


def wait_for_build(source: IndexSource, path: Path) -> None:
    """Wait until no process is building the index at ``path``, and show its progress."""
    if not is_building(path):
        return
    files = BuildFiles(path)
    try:
        with output.Progress(f"building {source.TITLE}") as progress:
            while progress.live and is_building(path):
                _draw(progress, files.progress)
                time.sleep(output.REDRAW_S)
            with _lock(files.lock, fcntl.LOCK_SH):  # woken when the build ends
                pass
    except KeyboardInterrupt:
        output.talk(f"still building {source.TITLE} in the background")
        raise


def read_failure(path: Path) -> BuildFailure | None:
    """Return why the last build of the index at ``path`` failed; None if it did not."""
    try:
        return BuildFailure(**json.loads(BuildFiles(path).failure.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_building(path: Path) -> bool:
    """True while a process is building the index at ``path``.

    Another user's lock cannot be asked, and says nothing of this user's builds: False.
    """
    if not os.access(BuildFiles(path).lock, os.R_OK | os.W_OK):
        return False
    with _lock(BuildFiles(path).lock, fcntl.LOCK_SH | fcntl.LOCK_NB) as free:
        return free is None


def _build_and_wait(source: IndexSource, environ: Mapping[str, str]) -> OpenIndex:
    path = cache.choose_path(source, environ)
    if path is None:
        return OpenIndex(_build_in_memory(source))
    for _ in range(MAX_ROUNDS):
        start_build(source, path, environ, NICE_AWAITED)
        wait_for_build(source, path)
        if failure := read_failure(path):
            raise Failure(failure.message, hint=failure.hint)
        source = source.find(environ)
        signature = source.signature()
        index = cache.find(source, environ, signature)
        if index and index.signature == signature:
            return OpenIndex(index)
    if index:
        return OpenIndex(index, stale=True)
    last = " ".join(read_log_tail(BuildFiles(path).log, 1)) or "no log output"
    raise Failure(f"cannot build {source.TITLE}: {last}", hint="run: cortex doctor")


def _build_module_path(environ: Mapping[str, str]) -> str:
    """Return PYTHONPATH for a child that starts in another folder: this code comes first."""
    own = Path(__file__).resolve().parents[2]
    more = [part for part in environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    return os.pathsep.join([str(own), *(str(Path(part).resolve()) for part in more)])


def _build_in_memory(source: IndexSource) -> CachedIndex:
    try:
        return cache.build_in_memory(source)
    except sqlite3.Error as error:
        raise Failure(f"cannot build {source.TITLE}: {error}", hint="run: cortex doctor") from error


@contextmanager
def _lock(path: Path, operation: int) -> Iterator[int | None]:
    """Hold the lock; yield None if it is taken and ``operation`` does not wait."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, operation)
        except BlockingIOError:
            yield None
            return
        yield descriptor
    finally:
        os.close(descriptor)


def _draw(progress: output.Progress, path: Path) -> None:
    with suppress(OSError, ValueError, KeyError, TypeError):  # not started yet, or done
        state: dict[str, Any] = json.loads(path.read_text())
        progress.update(int(state["done"]), int(state["total"]), str(state["note"]))
