from __future__ import annotations

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
