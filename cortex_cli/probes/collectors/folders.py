"""Files and folders: sizes within a bounded time, owners, and which program a command is."""

from __future__ import annotations

import os
import shutil
import stat
import time
from datetime import datetime
from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import accounts, dpkg
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import human, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cortex_cli.probes.machine import Machine

# A walk that takes longer says so.
WALK_S = 2.0
BLOCK_BYTES = 512
SHOWN = 9
MAX_COUNTED_BYTES = 200_000_000
_KINDS = (
    (stat.S_ISDIR, "folder"), (stat.S_ISLNK, "link"), (stat.S_ISREG, "file"),
    (stat.S_ISBLK, "block device"), (stat.S_ISCHR, "character device"), (stat.S_ISSOCK, "socket"),
    (stat.S_ISFIFO, "pipe"),
)  # fmt: skip


class _Walk:
    """A walk below a folder on its own file system, which stops when its time is over."""

    def __init__(self, top: Path) -> None:
        self._until = time.monotonic() + WALK_S
        self.cut = False
        self._device = top.lstat().st_dev
        self._seen: set[int] = set()

    def entries(self, top: str | Path) -> Iterator[tuple[str, os.stat_result]]:
        """Every path below ``top`` with its status; hard links once."""
        left = [str(top)]
        while left:
            if time.monotonic() > self._until:
                self.cut = True
                return
            try:
                with os.scandir(left.pop()) as scan:
                    inside = list(scan)
            except OSError:
                continue
            for entry in inside:
                try:
                    known = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if stat.S_ISDIR(known.st_mode) and known.st_dev == self._device:
                    left.append(entry.path)
                if known.st_nlink > 1 and not stat.S_ISDIR(known.st_mode):
                    if known.st_ino in self._seen:
                        continue
                    self._seen.add(known.st_ino)
                yield entry.path, known


def total(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The size of a file, or of everything below a folder, as ``du -s`` counts."""
    path = machine.path(_whole(machine, values["path"]))
    if not os.path.lexists(path):
        return Reading({"path": values["path"]}, case="missing")
    known = path.lstat()
    if not stat.S_ISDIR(known.st_mode):
        amount = known.st_size
        shown: dict[str, Value] = {
            "path": values["path"], "size": size(amount), "bytes": amount,
        }  # fmt: skip
        return Reading(shown, case="file")
    walk = _Walk(path)
    blocks = known.st_blocks + sum(one.st_blocks for _, one in walk.entries(path))
    amount = blocks * BLOCK_BYTES
    shown = {"path": values["path"], "size": size(amount), "human": human(amount)}
    return Reading(shown, "partial" if walk.cut else "found")


def biggest(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The biggest folders right below a path."""
    path = machine.path(_whole(machine, values.get("path", ".")))
    if not path.is_dir():
        return Reading({"path": values.get("path", ".")}, case="missing")
    walk = _Walk(path)
    amounts: dict[str, int] = {}
    start = len(str(path).rstrip("/")) + 1
    for name, known in walk.entries(path):
        first, rest, _ = name[start:].partition("/")
        if rest or stat.S_ISDIR(known.st_mode):
            amounts[first] = amounts.get(first, 0) + known.st_blocks * BLOCK_BYTES
    order = sorted(amounts, key=lambda name: -amounts[name])
    top = values.get("path", ".").rstrip("/")
    rows = [f"{human(amounts[name]):>6}  {top}/{name}" for name in order]
    facts = {
        "path": values.get("path", "."),
        "first": order[0] if order else "",
        "size": size(amounts[order[0]]) if order else "",
    }
    return Reading(facts, ("partial" if walk.cut else "found") if order else "none", rows[:SHOWN])


def biggest_files(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The biggest files below a path."""
    return _files(machine, values, lambda known: -known.st_size, lambda known: size(known.st_size))


def newest(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The files below a path that changed last."""
    return _files(
        machine, values, lambda known: -known.st_mtime, lambda known: _when(known.st_mtime)
    )


def count(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many files and folders are in a folder, and below it."""
    path = machine.path(_whole(machine, values.get("path", ".")))
    if not path.is_dir():
        return Reading({"path": values.get("path", ".")}, case="missing")
    walk = _Walk(path)
    here = machine.names(str(_whole(machine, values.get("path", "."))))
    files = folders = 0
    for _, known in walk.entries(path):
        files += stat.S_ISREG(known.st_mode)
        folders += stat.S_ISDIR(known.st_mode)
    hidden = sum(name.startswith(".") for name in here)
    own = sum((path / name).is_file() and not (path / name).is_symlink() for name in here)
    facts: dict[str, Value] = {
        "path": values.get("path", "."),
        "here": len(here) - hidden,
        "hidden": hidden or "",
        "own": own,
        "files": files,
        "folders": folders,
    }
    return Reading(facts, "partial" if walk.cut else "found")


def status(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Permissions, owner, size and times of a path."""
    raw_path = values["path"]
    path = machine.path(_whole(machine, raw_path))
    try:
        known = path.lstat()
    except OSError as error:
        case = "missing" if isinstance(error, FileNotFoundError | NotADirectoryError) else "closed"
        return Reading({"path": raw_path}, case=case)
    user, group = (
        accounts.user(machine, str(known.st_uid)),
        accounts.group(machine, str(known.st_gid)),
    )
    kind = next((name for test, name in _KINDS if test(known.st_mode)), "file")
    facts: dict[str, Value] = {
        "path": raw_path, "mode": stat.filemode(known.st_mode),
        "octal": f"{stat.S_IMODE(known.st_mode):o}",
        "user": user.name if user is not None else str(known.st_uid),
        "group": group.name if group is not None else str(known.st_gid),
        "size": size(known.st_size), "bytes": known.st_size, "changed": _when(known.st_mtime),
        "kind": kind, "target": os.readlink(path) if kind == "link" else "", "inode": known.st_ino,  # noqa: PTH115
        "links": known.st_nlink,
    }  # fmt: skip
    if kind != "link":
        return Reading(facts)
    real = os.path.realpath(path)
    return Reading({**facts, "real": real if real != facts["target"] else ""}, case="link")


def lines(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Lines, words and bytes of a file, as ``wc`` counts them."""
    path = machine.path(_whole(machine, values["path"]))
    try:
        if not path.is_file() or path.stat().st_size > MAX_COUNTED_BYTES:
            return Reading({"path": values["path"]}, case="missing")
        data = path.read_bytes()
    except OSError:
        return Reading({"path": values["path"]}, case="closed")
    facts: dict[str, Value] = {
        "path": values["path"],
        "lines": data.count(b"\n"),
        "words": len(data.split()),
        "bytes": len(data),
    }
    return Reading(facts)


def command(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which file a command is, and from which package and version."""
    name = values["program"]
    path = shutil.which(name, path=machine.environ.get("PATH") or None)
    if path is None:
        return Reading({"program": name}, case="missing")
    real = os.path.realpath(path)
    owners = dpkg.owners(machine, path) or dpkg.owners(machine, real)
    known = dpkg.stanza(machine, owners[0]) if owners else {}
    return Reading(
        {
            "program": name, "path": path, "real": real if real != path else "",
            "package": owners[0] if owners else "", "version": known.get("Version", ""),
        }
    )  # fmt: skip


def here(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The working directory."""
    try:
        return Reading({"path": os.getcwd()})  # noqa: PTH109
    except OSError:
        return Reading(case="missing")


def _files(
    machine: Machine,
    values: Mapping[str, str],
    key: Callable[[os.stat_result], float],
    shown: Callable[[os.stat_result], str],
) -> Reading | None:
    top = values.get("path", ".")
    path = machine.path(_whole(machine, top))
    if not path.is_dir():
        return None if path.exists() else Reading({"path": top}, case="missing")
    walk = _Walk(path)
    files = [(name, known) for name, known in walk.entries(path) if stat.S_ISREG(known.st_mode)]
    files.sort(key=lambda pair: key(pair[1]))
    start = len(str(machine.root).rstrip("/"))
    rows = [f"{shown(known):>10}  {name[start:]}" for name, known in files[:SHOWN]]
    first = files[0][0][start:] if files else ""
    case = ("partial" if walk.cut else "found") if files else "none"
    return Reading(
        {"path": top, "first": first, "what": shown(files[0][1]) if files else ""}, case, rows
    )


def _whole(machine: Machine, path: str) -> str:
    """An absolute path; one that is said alone is below the working directory."""
    if path.startswith("/"):
        return path
    if path.startswith("~/"):
        return machine.environ.get("HOME", "/") + path[1:]
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
