from __future__ import annotations

from pathlib import Path

import pytest

from cortexd.cgroups import unit_in, unit_of


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
def test_unit_in(path: str, unit: str | None) -> None:
    assert unit_in(path) == unit


@pytest.mark.parametrize(
    "line", ["0::/system.slice/a.service", "1:name=systemd:/system.slice/a.service"]
)
def test_unit_of_either_hierarchy(tmp_path: Path, line: str) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/cgroup").write_text(f"4:memory:/b.service\n{line}\n")
    assert unit_of(7, tmp_path) == "a.service"
    assert unit_of(8, tmp_path) is None
