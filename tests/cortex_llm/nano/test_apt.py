"""apt in a folder of its own: real apt, against an archive that the test makes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from cortex_llm.nano.apt import AptError, PrivateApt, parse_records, unpack

needs_apt = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="needs apt and dpkg"
)
DESCRIPTION = "an example\n It does nothing.\n .\n Twice."


def archive(folder: Path) -> Path:
    """A flat archive with one package; returns a sources file for it."""
    tree, repository = folder / "tree", folder / "repository"
    (tree / "DEBIAN").mkdir(parents=True)
    repository.mkdir()
    control = (
        "Package: hello-nano\nVersion: 1.0\nArchitecture: all\nMaintainer: T <t@e.org>\n"
        f"Description: {DESCRIPTION}\n"
    )
    (tree / "DEBIAN/control").write_text(control)
    manual = tree / "usr/share/man/man1"
    manual.mkdir(parents=True)
    (manual / "hello-nano.1").write_text(".SH NAME\nhello-nano \\- say hello\n.TP\n-x\nloudly\n")
    subprocess.run(["gzip", "-n", str(manual / "hello-nano.1")], check=True)
    documents = tree / "usr/share/doc/hello-nano"
    documents.mkdir(parents=True)
    (documents / "copyright").write_text("License: Expat\n text\n\nFiles: x\nLicense: GPL-2+\n")
    prose = "This paragraph is long enough to count as prose and not as a caption or a menu."
    (documents / "index.html").write_text(f"<p>{prose}</p>")
    file = repository / "hello-nano_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--build", str(tree), str(file)], check=True, capture_output=True)
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    (repository / "Packages").write_text(
        control
        + f"Filename: ./{file.name}\nSize: {len(data)}\nSHA256: {digest}\n"
        + "Tag: role::program\nRecommends: other (>= 1) | third\n"
    )
    sources = folder / "test.list"
    sources.write_text(f"deb [trusted=yes] file:{repository} ./\n")
    return sources


@needs_apt
def test_lists_and_packages_come_into_the_folder(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path / "private", archive(tmp_path))
    apt.update()
    (record,) = apt.records("_Packages")
    assert record["Package"] == "hello-nano"
    (file,) = apt.download(["hello-nano"])
    assert file.parent == apt.archives
    unpack(file, tmp_path / "out")
    assert (tmp_path / "out/usr/share/man/man1/hello-nano.1.gz").exists()


@needs_apt
def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path / "private", archive(tmp_path))
    apt.update()
    with pytest.raises(AptError, match="apt-get ended with exit status 100"):
        apt.download(["no-such-package-at-all"])
    with pytest.raises(AptError, match="cannot unpack"):
        unpack(tmp_path / "test.list", tmp_path / "out")


def test_records() -> None:
    text = f"Package: a\nDescription: {DESCRIPTION}\nEmpty:\n\nPackage: b\n\n\n bad\n"
    first, second = parse_records(text)
    assert first["Description"] == "an example\nIt does nothing.\n.\nTwice."
    assert first["Empty"] == ""
    assert second == {"Package": "b"}
