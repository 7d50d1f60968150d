import os
from pathlib import Path

import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import seal


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = seal.read_key(tmp_path)
    assert seal.read_key(tmp_path) == key
    assert (tmp_path / seal.KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [seal.KEY_NAME]


@pytest.mark.parametrize("damage", ["readable", "short", "pipe", "empty"])
def test_a_key_that_is_not_ours_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / seal.KEY_NAME
    seal.read_key(tmp_path)
    if damage == "readable":
        path.chmod(0o644)
    elif damage == "pipe":
        path.unlink()
        os.mkfifo(path, 0o600)
    else:
        path.write_bytes(b"x" * (damage == "short"))
    with pytest.raises(Failure, match="is not safe to use"):
        seal.read_key(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"k" * 32)
    (tmp_path / seal.KEY_NAME).symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic links"):
        seal.read_key(tmp_path)


def test_a_seal_fits_its_values_alone() -> None:
    key, values = b"k" * 32, [1, "install", None, 2.5]
    good = seal.sign(key, values)
    assert seal.fits(key, values, good)
    assert not seal.fits(b"x" * 32, values, good)
    assert not seal.fits(key, [2, "install", None, 2.5], good)
    for other in ("", None, 7, good[:-1], b"x"):
        assert not seal.fits(key, values, other)
    assert not seal.fits(key, [b"bytes"], good)
