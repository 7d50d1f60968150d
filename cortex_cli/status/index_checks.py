"""``cortex doctor``'s checks of package lists, indexes, and the space for them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.clock import format_age, format_duration
from cortex_cli.index import background, cache, folders
from cortex_cli.index.documents import DocumentSource
from cortex_cli.index.packages import PackageSource
from cortex_cli.status import remedies
from cortex_cli.status.finding import Finding

if TYPE_CHECKING:
    from cortex_cli.index.cache import IndexSource
    from cortex_cli.settings import Settings

MIN_FREE_BYTES = 256 * 1024 * 1024
OLD_LISTS_DAYS = 30
DAY_S = 86_400
MIB = 1024 * 1024
MB = 10**6


def check_package_lists(settings: Settings) -> Finding:
    """Check that apt's lists are there and not old."""
    sources = PackageSource.find(settings.environ)
    remedy = f"run: {remedies.name_privileged('apt-get', 'update')}"
    if not shutil.which("apt-get"):
        remedy = "this machine has no apt: cortex install and search need it"
    if not sources.lists:
        detail = f"none in {sources.folder}"
        return Finding("package lists", "warning", detail, remedy)
    fetched = max(entry.path.stat().st_ctime for entry in sources.lists)
    age_s = max(0.0, time.time() - fetched)  # a clock may have been set back
    age = format_duration(age_s, units=1)
    detail = f"{len(sources.lists)} in {sources.folder}, fetched {age} ago"
    if age_s > OLD_LISTS_DAYS * DAY_S:
        return Finding("package lists", "warning", detail, remedy)
    if not sources.descriptions:
        detail += "; long descriptions are missing"
    return Finding("package lists", "ok", detail)


def check_package_index(settings: Settings) -> Finding:
    """Check the index of packages."""
    return _check_index("package index", PackageSource.find(settings.environ), settings)


def check_manual_index(settings: Settings) -> Finding:
    """Check the index of manuals."""
    return _check_index("manual index", DocumentSource.find(settings.environ), settings)


def _check_index(name: str, source: IndexSource, settings: Settings) -> Finding:
    """Return how old and how large an index is, and whether it is up to date."""
    if source.is_empty:
        return Finding(name, "ok", "nothing to index on this machine")
    index = cache.find(source, settings.environ, source.signature())
    path = index.path if index else cache.choose_path(source, settings.environ)
    failure = background.read_failure(path) if path else None
    building = " (being built)" if path and background.is_building(path) else ""
    if failure and (index is None or index.signature != source.signature()):
        return Finding(name, "failed", failure.message, failure.hint)
    if index is None or index.path is None:
        remedy = "the first cortex ask, install or search builds it"
        return Finding(name, "warning", f"none yet{building}", remedy)
    index.db.close()
    file = index.path.stat()
    detail = f"{file.st_size / MB:.0f} MB, built {format_age(file.st_mtime)} ago, {index.path}"
    if index.signature != source.signature():
        detail += f"; out of date{building}: the next command updates it"
    return Finding(name, "ok", detail)


def check_disk_space(settings: Settings) -> Finding:
    """Check the space for the indexes."""
    writable = [
        folder for folder in folders.list_folders(settings.environ) if os.access(folder, os.W_OK)
    ]
    folder = next(iter(writable), Path(settings.environ.get("HOME") or "/"))
    free = shutil.disk_usage(folder).free
    detail = f"{free // MIB} MiB free at {folder}"
    if free < MIN_FREE_BYTES:
        remedy = f"free up space: the package index needs {MIN_FREE_BYTES // MIB} MiB"
        return Finding("disk space", "failed", detail, remedy)
    return Finding("disk space", "ok", detail)
