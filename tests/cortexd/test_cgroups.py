from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortexd.cgroups import find_unit, read_unit


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/system.slice/nginx.service", "nginx.service"),
        ("system.slice/nginx.service/child", "nginx.service"),
        ("/user.slice/user-0.slice/user@0.service/app.slice/a.service", "a.service"),
        ("/user.slice/session-2.scope", "session-2.scope"),
        ("/system.slice", None),
        ("/a.serviceable/x", None),
    ],
)
def test_find_unit(path: str, unit: str | None) -> None:
    assert find_unit(path) == unit


@pytest.mark.parametrize(
    "line", ["0::/system.slice/a.service", "1:name=systemd:/system.slice/a.service"]
)
def test_read_unit_of_either_hierarchy(tmp_path: Path, line: str) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/cgroup").write_text(f"4:memory:/b.service\n{line}\n")
    assert read_unit(7, tmp_path) == "a.service"
    assert read_unit(8, tmp_path) is None


def test_a_group_that_is_not_systemds() -> None:
    """Whoever makes a group may use any bytes; the unit is the subject of an alert."""
    names = [os.fsdecode(b"/x/caf" + byte + b".service") for byte in (b"\xe9", b"\xe8")]
    assert [find_unit(name) for name in names] == ["caf\\xe9.service", "caf\\xe8.service"]
    assert find_unit("/system.slice/a\\x2db.service") == "a\\x2db.service"  # systemd's own


def test_strange_groups_of_a_process(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    lines = b"1:cpu:/a\xe2\x80\xa8b:c\n0::/x\x85/caf\xe9.service\n"
    (tmp_path / "7/cgroup").write_bytes(lines)
    assert read_unit(7, tmp_path) == "caf\\xe9.service"
