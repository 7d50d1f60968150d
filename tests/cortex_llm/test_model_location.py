"""The model for the service; copies are made in tests/systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import unit
from cortex_llm.errors import ModelError
from cortex_llm.model_location import locate_for_service, plan_copy


def test_an_unreadable_model_is_refused(tiny: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(tiny.read_bytes())
    mine.chmod(0o600)
    with pytest.raises(ModelError, match="cannot be read by the service") as caught:
        locate_for_service(mine, copy=False)
    assert "chmod o+r" in (caught.value.hint or "")


def test_a_link_is_followed_to_the_file(tiny: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.gguf"
    link.symlink_to(tiny)
    assert locate_for_service(link, copy=False) == tiny.resolve()


def test_a_copy_that_is_there_is_not_new(tmp_path: Path) -> None:
    assert plan_copy(tmp_path / "unheard-of.gguf") == unit.DEFAULT_FOLDER / "unheard-of.gguf"
