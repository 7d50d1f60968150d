"""Where a model lies for the service: its own user must be able to read it, and nobody but root
to change it.

Whoever can change a model that is served to all decides what all are told, and what the engine
reads.  Such a model is refused, or copied to where only root writes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_llm import models, unit
from cortex_llm.errors import ModelError

if TYPE_CHECKING:
    from typing import BinaryIO

DAEMON_USER = "cortex"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def plan_copy(path: Path) -> Path | None:
    """The copy that `for_service` would make of this model; None when it is there already."""
    target = unit.DEFAULT_FOLDER / path.resolve().name
    return None if target.exists() else target


def locate_for_service(path: Path, *, copy: bool) -> Path:
    """The model's real path, which the service's user can read and only root change; raises
    ModelError."""
    info = models.describe_usable(path)
    # The parts of a split model are found by their names, which a link's target may not have.
    path = path.parent.resolve() / path.name if info.parts else path.resolve()
    files = [path.with_name(part.name) for part in info.parts] or [path]
    if copy and path.parent != unit.DEFAULT_FOLDER:
        copies = [_copy(file.resolve(), file.name) for file in files]
        return copies[0]
    for file in files:
        if reason := find_change_risk(file) or find_change_risk(file.resolve()):
            raise ModelError(
                f"{file} could be exchanged while it is served: {reason}",
                hint=f"copy it to {unit.DEFAULT_FOLDER}, where only root writes: --copy",
            )
        if not file.stat().st_mode & stat.S_IROTH:
            raise ModelError(
                f"{file} cannot be read by the service, which runs as its own user",
                hint=f"chmod o+r {file}   (or copy it to {unit.DEFAULT_FOLDER}: --copy)",
            )
    return path


def find_change_risk(path: Path) -> str | None:
    """Who but root can change the file, or put another in its place; None if nobody can."""
    for place in (path, *path.parents):
        status = place.stat()
        own = place == unit.DEFAULT_FOLDER.parent and status.st_uid == _find_daemon()
        if status.st_uid != 0 and not own:
            return f"{place} belongs to user {status.st_uid}"
        # In a sticky folder only root can replace what root owns.
        shared = place != path and status.st_mode & stat.S_ISVTX
        if status.st_mode & _OTHERS_WRITE and not shared:
            return f"{place} can be written by others (mode {stat.S_IMODE(status.st_mode):04o})"
    return None


def _find_daemon() -> int:
    """The user of cortexd, whose state the folder around the models is."""
    try:
        return pwd.getpwnam(DAEMON_USER).pw_uid
    except KeyError:
        return 0


def _copy(path: Path, name: str) -> Path:
    """Copy a model, or a part of one, to the folder of the service.

    Nobody can read it there before it is known to be one.  Its owner may exchange the file at any
    moment, for a link to a secret, too: what was opened is what is copied, and what was copied
    is what is checked.
    """
    target = unit.DEFAULT_FOLDER / name
    unit.DEFAULT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    try:
        with _open_plain(path) as source:
            size = os.fstat(source.fileno()).st_size
            if shutil.disk_usage(unit.DEFAULT_FOLDER).free < size * 1.05:
                raise ModelError(f"{unit.DEFAULT_FOLDER} has not enough space for a copy of {path}")
            partial.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(partial, flags, 0o600), "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        models.check_download(partial)
        partial.chmod(0o644)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _open_plain(path: Path) -> BinaryIO:
    """Open a file that is one: no link, and no pipe that would wait."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ModelError(f"cannot copy {path}: it is not a file")
    return os.fdopen(descriptor, "rb")
