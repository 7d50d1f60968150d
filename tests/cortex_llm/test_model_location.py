"""The model for the service; copies are made in tests/systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortex_llm import model_location, unit
from cortex_llm.errors import ModelError
from cortex_llm.model_location import locate_for_service, plan_copy
from tests.support.tiny_gguf import write_split_model

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's own models are served")


@as_root
def test_an_unreadable_model_is_refused(tiny: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(tiny.read_bytes())
    mine.chmod(0o600)
    with pytest.raises(ModelError, match="cannot be read by the service") as caught:
        locate_for_service(mine, copy=False)
    assert "chmod o+r" in (caught.value.hint or "")


@as_root
def test_a_link_is_followed_to_the_file(tiny: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.gguf"
    link.symlink_to(tiny)
    assert locate_for_service(link, copy=False) == tiny.resolve()


def test_a_copy_that_is_there_is_not_new(tmp_path: Path) -> None:
    assert plan_copy(tmp_path / "unheard-of.gguf") == unit.DEFAULT_FOLDER / "unheard-of.gguf"


@as_root
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_model_that_others_may_write_is_refused(tiny: Path, tmp_path: Path, mode: int) -> None:
    model = tmp_path / "open.gguf"
    model.write_bytes(tiny.read_bytes())
    model.chmod(mode)
    with pytest.raises(ModelError, match="can be written by others") as caught:
        locate_for_service(model, copy=False)
    assert "--copy" in (caught.value.hint or "")


@as_root
def test_a_model_of_somebody_else_is_refused(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    model = folder / "m.gguf"
    model.write_bytes(tiny.read_bytes())
    for place in (model, folder):
        os.chown(place, 65534, -1)
        with pytest.raises(ModelError, match=f"{place} belongs to user 65534"):
            locate_for_service(model, copy=False)
        os.chown(place, 0, -1)
    assert locate_for_service(model, copy=False) == model


def test_a_copy_is_of_a_file_and_of_a_model(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner may exchange the file after it was looked at: for a link, a pipe, a secret."""
    target = tmp_path / "models"
    monkeypatch.setattr(unit, "DEFAULT_FOLDER", target)
    mine = tmp_path / "mine.gguf"
    secret = tmp_path / "secret"
    secret.write_text("root:hash:")
    mine.symlink_to(secret)
    with pytest.raises(ModelError, match="cannot read"):
        model_location._copy(mine, mine.name)
    mine.unlink()
    os.mkfifo(mine)
    with pytest.raises(ModelError, match="not a file"):
        model_location._copy(mine, mine.name)
    mine.unlink()
    mine.write_text("root:hash:")
    with pytest.raises(ModelError, match="not a GGUF"):
        model_location._copy(mine, mine.name)
    assert list(target.iterdir()) == []
    mine.write_bytes(tiny.read_bytes())
    assert model_location._copy(mine, mine.name).read_bytes() == tiny.read_bytes()


def test_every_part_of_a_split_model_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from a folder of links to files with other names, as download caches have it."""
    target, blobs, folder = (tmp_path / name for name in ("models", "blobs", "mine"))
    monkeypatch.setattr(unit, "DEFAULT_FOLDER", target)
    blobs.mkdir()
    folder.mkdir()
    names = []
    for number, part in enumerate(write_split_model(blobs, "big", 3)):
        (folder / part.name).symlink_to(part.rename(blobs / f"sha-{number}"))
        names.append(part.name)
    assert locate_for_service(folder / names[0], copy=True) == target / names[0]
    assert sorted(path.name for path in target.iterdir()) == names
    assert locate_for_service(target / names[0], copy=True) == target / names[0]


@as_root
def test_every_part_must_be_readable(tmp_path: Path) -> None:
    parts = write_split_model(tmp_path, "big", 3)
    parts[2].chmod(0o600)
    with pytest.raises(ModelError, match=f"{parts[2]} cannot be read by the service"):
        locate_for_service(parts[0], copy=False)
