from __future__ import annotations

import os
import shutil
from pathlib import Path

from cortex_cli.settings import Settings
from cortex_cli.status import index_checks


def test_missing_lists_are_noticed(tmp_path: Path, apt_env: dict[str, str]) -> None:
    lists = tmp_path / "lists"  # those of apt_env belong to other tests too
    shutil.copytree(apt_env["CORTEX_APT_LISTS"], lists)
    settings = Settings({**apt_env, "CORTEX_APT_LISTS": str(lists), "HOME": str(tmp_path)})
    fresh = index_checks.check_package_lists(settings)
    assert fresh.state == "ok"
    assert "1 in " in fresh.detail
    for path in lists.iterdir():
        path.unlink()
    none = index_checks.check_package_lists(settings)
    assert none.state == "warning"
    assert str(none.remedy).endswith("apt-get update")
    assert none.detail == f"none in {lists}"


def test_an_index_that_was_never_built_is_a_warning(
    tmp_path: Path, apt_env: dict[str, str]
) -> None:
    environ = {**apt_env, "HOME": str(tmp_path), "CORTEX_CACHE_DIR": str(tmp_path / "cache")}
    finding = index_checks.check_package_index(Settings(environ))
    assert (finding.state, finding.detail) == ("warning", "none yet")


def test_the_disk_has_room_for_the_index(tmp_path: Path) -> None:
    finding = index_checks.check_disk_space(Settings({"CORTEX_CACHE_DIR": str(tmp_path)}))
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    assert (finding.state == "ok") == (free >= index_checks.MIN_FREE_BYTES)
    assert str(tmp_path) in finding.detail
