"""What fills a file system: its biggest folders, deleted files still open, known caches."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cortexd import command
from cortexd.identifiers import identify, to_path

if TYPE_CHECKING:
    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply
    from cortexd.evidence.scene import Scene

FOLDERS = "Biggest folders"
MANY = "Folders with the most files"
DELETED = "Deleted files that are still open"

# du is stopped after this; what it had counted by then is shown.
WALK_LIMIT_S = 1.5
# The search for open files, in the worker's thread.
OPEN_LIMIT_S = 0.5
SHOWN_FOLDERS = 8
SHOWN_FILES = 8
MIB = 1024 * 1024


async def collect_space(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The biggest folders, deleted files that are still open, apt's and the journal's share."""
    mount = to_path(alert.metadata["mount"])
    deadline = time.monotonic() + OPEN_LIMIT_S
    (folders, partial), (deleted, caches) = await asyncio.gather(
        _run_du(mount, "-k", "--max-depth=2"),
        scene.worker.call(
            lambda: (_find_deleted(mount, scene.proc, deadline), _find_caches(mount, scene)),
            OPEN_LIMIT_S * 2,
        ),
    )
    return [
        {
            "title": FOLDERS,
            "lines": [f"{kib / 1024:.1f} MiB {path}" for kib, path in folders] + partial,
        },
        {"title": DELETED, "lines": deleted},
        {"title": "Known caches", "lines": caches},
    ]


async def collect_inodes(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The folders with the most files."""
    del scene
    mount = to_path(alert.metadata["mount"])
    folders, partial = await _run_du(mount, "--inodes", "--max-depth=3")
    lines = [f"{count} inodes {path}" for count, path in folders] + partial
    return [{"title": MANY, "lines": lines}]


async def _run_du(mount: str, *options: str) -> tuple[list[tuple[int, str]], list[str]]:
    """The largest of du's lines without the mount itself, and a remark if time ran out."""
    argv = ["du", "-x", "--null", *options, "--"]
    outcome = await command.run([*argv, os.fsencode(mount)], WALK_LIMIT_S, errors="surrogateescape")
    sizes = []
    for line in outcome.output.split("\0"):
        size, _, path = line.partition("\t")
        if size.isdecimal() and path and path != mount:
            sizes.append((int(size), identify(path)))
    partial = (
        [f"(incomplete: du stopped after {WALK_LIMIT_S:g} s)"] if outcome.status is None else []
    )
    return sorted(sizes, reverse=True)[:SHOWN_FOLDERS], partial


def _find_deleted(mount: str, proc: Path, deadline: float) -> list[str]:
    """Deleted files whose space a process still uses; those of other users only as root."""
    device = os.stat(mount).st_dev  # noqa: PTH116 - beside os.scandir below
    files: dict[int, tuple[int, str]] = {}
    for process in proc.iterdir():
        if time.monotonic() > deadline:
            break
        if not process.name.isdigit():
            continue
        try:
            descriptors = list(os.scandir(process / "fd"))
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                target = os.readlink(descriptor.path)  # noqa: PTH115 - thousands of them
                if not target.endswith(" (deleted)") or not target.startswith("/"):
                    continue
                stat = os.stat(descriptor.path)  # noqa: PTH116 - as above
                if stat.st_dev != device or stat.st_size < MIB:
                    continue
                name = (process / "comm").read_text(errors="replace").strip()
            except OSError:
                continue
            size = stat.st_blocks * 512
            text = f"{size / MIB:.1f} MiB {identify(target.removesuffix(' (deleted)'))} held by"
            files[stat.st_ino] = size, f"{text} {name} (pid {process.name})"
    return [text for _, text in sorted(files.values(), reverse=True)[:SHOWN_FILES]]


def _find_caches(mount: str, scene: Scene) -> list[str]:
    """apt's downloads and the journal, if they are on this file system."""
    device = os.stat(mount).st_dev  # noqa: PTH116 - beside os.scandir
    lines = []
    caches = [("downloaded packages", scene.apt_cache), *(("journal", j) for j in scene.journals)]
    for name, folder in caches:
        try:
            if folder.stat().st_dev == device and (size := _measure(folder)) >= MIB:
                lines.append(f"{size / MIB:.1f} MiB {name} in {identify(str(folder))}")
        except OSError:
            continue
    return lines


def _measure(folder: Path, depth: int = 2) -> int:
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _measure(Path(entry.path), depth - 1) if depth else 0
            else:
                total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
