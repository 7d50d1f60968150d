"""Makes an index in a process of its own, and waits for it where an answer needs it.

The process outlives the command that starts it.  Whoever takes the lock starts it, and hands
it the lock: two commands at once start one build, and a build that is killed lets go.  How far
it is, and why it failed, stand in small files beside the index.
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

    from cortex_cli.index.cache import Found, Source

BUILDER = "cortex_cli.index.builder"
# Behind an answer it takes what nobody else wants; one that is waited for is only a little nice.
NICE_BEHIND, NICE_AWAITED = 15, 1
# What failed with these very sources is not tried again behind every command.
RETRY_S = 600.0
# A build that was under way may be of older lists; after that the index of a moment ago does.
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Files:
    """What stands beside an index while it is made."""

    index: Path

    @property
    def lock(self) -> Path:
        """Held by the process that makes it."""
        return self.index.with_suffix(".lock")

    @property
    def progress(self) -> Path:
        """How far it is."""
        return self.index.with_suffix(".progress")

    @property
    def failure(self) -> Path:
        """Why the last one came to nothing."""
        return self.index.with_suffix(".failed")

    @property
    def log(self) -> Path:
        """What it wrote besides."""
        return self.index.with_suffix(".log")


@dataclass(frozen=True, slots=True)
class Failed:
    """A build that came to nothing: of which sources, when, and why."""

    signature: str
    at: float
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An index to read; ``older`` where a newer one is being made, ``failed`` where it is not."""

    found: Found
    older: bool = False
    failed: Failed | None = None

    def note(self, why: str) -> str:
        """What a person is told who is answered from an older index."""
        path = self.found.path
        made = time.strftime("%d %b %H:%M", time.localtime(path.stat().st_mtime)) if path else "now"
        if self.failed:
            then = f"a newer one could not be made: {self.failed.message}"
        else:
            then = "a new one is being made behind this answer"
        return f"Note: {why}; this rests on the index of {made}, {then}."


def open_index(source: Source, environ: Mapping[str, str], *, wait: bool = True) -> Opened | None:
    """The index of ``source``: fresh, or an older one while a newer is made behind it.

    Where there is none, a build is started and waited for; None if ``wait`` is False, and
    where there is nothing to index.

    Raises:
        Failure: it cannot be made, and there is no older one.
    """
    if source.empty:
        return None
    signature = source.signature()
    found = cache.find(source, environ, signature)
    if found is None:
        if wait:
            return _made(source, environ)
        if path := cache.place(source, environ):
            start(source, path, environ, NICE_BEHIND)
        return None
    if found.signature == signature:
        return Opened(found)
    path = cache.place(source, environ)
    if path is None:
        return Opened(found, older=True)
    failed = why_failed(path)
    if failed and failed.signature == signature and time.time() - failed.at < RETRY_S:
        return Opened(found, older=True, failed=failed)
    start(source, path, environ, NICE_BEHIND)
    return Opened(found, older=True)


def prepare(source: Source, environ: Mapping[str, str]) -> None:
    """Have an index made that will be asked for next, if there is none."""
    if source.empty:
        return
    found = cache.find(source, environ, source.signature())
    if found:
        found.db.close()
    elif path := cache.place(source, environ):
        start(source, path, environ, NICE_AWAITED)


def made_now(source: Source, environ: Mapping[str, str]) -> Opened | None:
    """A fresh index, waited for if it is not there; None where there is nothing to index.

    Raises:
        Failure: it cannot be made.
    """
    if source.empty:
        return None
    signature = source.signature()
    found = cache.find(source, environ, signature)
    if found and found.signature == signature:
        return Opened(found)
    if found:
        found.db.close()
    return _made(source, environ)


def start(source: Source, path: Path, environ: Mapping[str, str], nice: int) -> None:
    """Have the index at ``path`` made by another process, unless one is at it."""
    files = Files(path)
    with _locked(files.lock, fcntl.LOCK_EX | fcntl.LOCK_NB) as lock:
        if lock is None:
            return
        files.failure.unlink(missing_ok=True)
        arguments = [source.KIND, str(path), str(lock), str(nice)]
        log = os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", BUILDER, *arguments],
                env={"PATH": os.defpath, **environ, "PYTHONPATH": _same_code(environ)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(log)
        # Reaped where this process lives on; it outlives most: no warning about it then.
        threading.Thread(target=process.wait, daemon=True).start()


def wait_for(source: Source, path: Path) -> None:
    """Wait until nobody is making the index at ``path``, and show how far it is."""
    if not building(path):
        return
    files = Files(path)
    try:
        with output.Progress(f"building {source.TITLE}") as progress:
            while progress.live and building(path):
                _draw(progress, files.progress)
                time.sleep(output.REDRAW_S)
            with _locked(files.lock, fcntl.LOCK_SH):  # woken by its end
                pass
    except KeyboardInterrupt:
        output.talk(f"{source.TITLE} goes on being built in the background")
        raise


def why_failed(path: Path) -> Failed | None:
    """Why the last build of the index at ``path`` came to nothing; None if it did not."""
    try:
        return Failed(**json.loads(Files(path).failure.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def building(path: Path) -> bool:
    """True while somebody is making the index at ``path``."""
    if not Files(path).lock.exists():
        return False
    with _locked(Files(path).lock, fcntl.LOCK_SH | fcntl.LOCK_NB) as free:
        return free is None


def _made(source: Source, environ: Mapping[str, str]) -> Opened:
    path = cache.place(source, environ)
    if path is None:
        return Opened(_for_this_process(source))
    for _ in range(ROUNDS):
        start(source, path, environ, NICE_AWAITED)
        wait_for(source, path)
        if failed := why_failed(path):
            raise Failure(failed.message, hint=failed.hint)
        source = source.find(environ)
        signature = source.signature()
        found = cache.find(source, environ, signature)
        if found and found.signature == signature:
            return Opened(found)
    if found:
        return Opened(found, older=True)
    last = " ".join(read_log_tail(Files(path).log, 1)) or "it left no word"
    raise Failure(f"cannot build {source.TITLE}: {last}", hint="check it with: cortex doctor")


def _same_code(environ: Mapping[str, str]) -> str:
    """The module path of a child that starts elsewhere: this program's own code first."""
    own = Path(__file__).resolve().parents[2]
    more = [part for part in environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    return os.pathsep.join([str(own), *(str(Path(part).resolve()) for part in more)])


def _for_this_process(source: Source) -> Found:
    try:
        return cache.in_memory(source)
    except sqlite3.Error as error:
        raise Failure(
            f"cannot build {source.TITLE}: {error}", hint="check it with: cortex doctor"
        ) from error


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[int | None]:
    """Hold the lock; None where somebody else does and ``operation`` does not wait."""
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
    with suppress(OSError, ValueError, KeyError, TypeError):  # not begun, or over
        said: dict[str, Any] = json.loads(path.read_text())
        progress.update(int(said["done"]), int(said["total"]), str(said["note"]))
