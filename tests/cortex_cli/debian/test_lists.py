import bz2
import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cortex_cli.debian import lists as apt_lists
from cortex_cli.errors import Failure

TEXT = b"Package: a\n\nPackage: b\n"


def test_lists_and_their_origins(apt_env: dict[str, str]) -> None:
    folder = Path(apt_env["CORTEX_APT_LISTS"])
    (found,) = apt_lists.find_packages(folder)
    assert found.origin == "Debian bookworm/main"
    assert found.path.name.endswith("_Packages")
    assert [each.path.name[-15:] for each in apt_lists.find_translations(folder, "en")] == [
        "_Translation-en"
    ]
    assert apt_lists.find_translations(folder, "fr") == []


def test_no_folder_holds_no_lists(tmp_path: Path) -> None:
    assert apt_lists.find_packages(tmp_path / "nowhere") == []


def test_a_list_without_release_file_is_named_by_its_host(tmp_path: Path) -> None:
    (tmp_path / "mirror.example_x_Packages").write_bytes(TEXT)
    assert [found.origin for found in apt_lists.find_packages(tmp_path)] == ["mirror.example"]


def compress(ending: str, path: Path) -> None:
    plain: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
    }
    if ending in plain:
        path.write_bytes(plain[ending](TEXT))
        return
    tool = {".lz4": "lz4", ".zst": "zstd"}[ending]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not here to make the file")
    done = subprocess.run([tool, "-q", "-c"], input=TEXT, capture_output=True, check=True)
    path.write_bytes(done.stdout)


@pytest.mark.parametrize("ending", apt_lists.COMPRESSIONS)
def test_every_compression(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"host_dists_x_main_binary-amd64_Packages{ending}"
    compress(ending, path)
    assert [found.path for found in apt_lists.find_packages(tmp_path)] == [path]
    assert list(apt_lists.read_stanzas(path)) == [b"Package: a", b"Package: b\n"]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_damaged_list_is_named(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x_Packages{ending}"
    path.write_bytes(b"not compressed at all")
    with pytest.raises(Failure, match="x_Packages") as caught:
        list(apt_lists.read_stanzas(path))
    assert caught.value.hint == "run: apt-get update"


def test_a_truncated_list_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x_Packages.gz"
    path.write_bytes(gzip.compress(TEXT * 100)[:-20])
    with pytest.raises(Failure, match="x_Packages"):
        list(apt_lists.read_stanzas(path))


def test_a_release_file_that_cannot_be_read_costs_only_the_label(tmp_path: Path) -> None:
    (tmp_path / "mirror.example_dists_x_main_binary-amd64_Packages").write_bytes(TEXT)
    release = tmp_path / "mirror.example_dists_x_InRelease"
    release.write_text("Label: Acme\nCodename: x\n")
    assert [found.origin for found in apt_lists.find_packages(tmp_path)] == ["Acme x/main"]
    release.chmod(0)
    previous = os.geteuid()
    if previous == 0:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        os.seteuid(65534)
    try:
        assert [found.origin for found in apt_lists.find_packages(tmp_path)] == ["mirror.example"]
    finally:
        os.seteuid(previous)
