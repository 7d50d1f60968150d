"""Drop-ins; systemctl itself is in tests/systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import unit
from cortex_llm.errors import EngineError, UsageError


def test_the_drop_in_has_the_cap_and_the_folder() -> None:
    text = unit.render_drop_in(123, Path("/srv/my models/a.gguf"))
    assert "MemoryMax=123\n" in text
    assert 'BindReadOnlyPaths="/srv/my models"\n' in text


@pytest.mark.parametrize("model", [None, unit.DEFAULT_FOLDER / "a.gguf"])
def test_the_usual_folder_needs_no_line(model: Path | None) -> None:
    assert "Bind" not in unit.render_drop_in(123, model)


def test_paths_that_systemd_would_read_otherwise() -> None:
    assert unit.escape_path(Path("/a%b")) == '"/a%%b"'
    assert unit.escape_path(Path("/a:b")) == '"/a\\\\:b"'
    with pytest.raises(UsageError, match="control characters"):
        unit.escape_path(Path("/a\nb"))


def test_systemctl_failing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "systemctl"
    script.write_text("#!/bin/sh\necho 'Unit x.service not found.' >&2\nexit 5\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(EngineError, match=r"Unit x\.service not found"):
        unit.systemctl("start", "x.service")
