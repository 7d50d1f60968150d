"""A real file system that fills up, tables with odd names, and what is never touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cortex_cli.finding import CHANGES
from cortex_cli.trouble.cause import CRITICAL, WARNING, Cause
from cortex_cli.trouble.disks import find_causes, list_unseen, size_of
from tests.support.loop_mount import break_down, fill, loop_mount, silent_mount, why_not

needs_loop = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def look(root: Path, language: str = "en") -> list[Cause]:
    return list(find_causes(os.environ, language, root))


def mounts(root: Path, *lines: str) -> None:
    (root / "proc").mkdir(parents=True, exist_ok=True)
    (root / "proc/mounts").write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.root
@needs_loop
def test_a_file_system_fills_up(tmp_path: Path) -> None:
    with loop_mount(tmp_path) as mount:
        mounts(tmp_path, f"/dev/loop0 {mount} ext4 rw 0 0")
        assert look(tmp_path) == []
        fill(mount, 0.93)
        (warning,) = look(tmp_path)
        assert warning.severity == WARNING
        assert str(mount) in warning.text
        fill(mount, 0.99, "more")
        (critical,) = look(tmp_path, "fr")
        assert critical.severity == CRITICAL
        assert "est plein à" in critical.text
        assert critical.commands[0].pipeline[0] == ("du", "-xhd2", str(mount))


@pytest.mark.root
@needs_loop
def test_inodes_run_out_while_there_is_room(tmp_path: Path) -> None:
    with loop_mount(tmp_path, inodes=64) as mount:
        mounts(tmp_path, f"/dev/loop0 {mount} ext4 rw 0 0")
        free = os.statvfs(mount).f_ffree
        for number in range(free):
            (mount / str(number)).touch()
        (cause,) = look(tmp_path)
        assert "out of inodes (100 % used)" in cause.text


def test_a_network_file_system_is_named_and_not_touched(tmp_path: Path) -> None:
    absent = tmp_path / "hangs"
    mounts(
        tmp_path,
        f"server:/x {absent} nfs4 rw 0 0",
        "//nas/share /mnt/my\\040share cifs rw 0 0",
        "proc /proc proc rw 0 0",
    )
    assert look(tmp_path) == []
    assert list_unseen(tmp_path) == [str(absent), "/mnt/my share"]


def test_read_only_is_wrong_only_where_fstab_wants_it_writable(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    named = str(folder).replace(" ", "\\040")
    mounts(tmp_path, f"/dev/sdb1 {named} ext4 ro,relatime 0 0")
    assert all("read-only" not in cause.text for cause in look(tmp_path))
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/fstab").write_text(f"# a table\n/dev/sdb1 {named} ext4 defaults 0 2\n")
    first = look(tmp_path)[0]
    assert first.text.startswith(f"{folder} is mounted read-only")
    assert first.severity == CRITICAL
    remount = first.commands[1]
    assert remount.pipeline == (("mount", "-o", "remount,rw", str(folder)),)
    assert (remount.effect, remount.needs_root) == (CHANGES, True)
    (tmp_path / "etc/fstab").write_text(f"/dev/sdb1 {named} ext4 ro,noauto 0 2\n")
    assert all("read-only" not in cause.text for cause in look(tmp_path))


def test_broken_tables_are_skipped(tmp_path: Path) -> None:
    mounts(tmp_path, "", "one", "a b c", "\\777 \\0 ext4 rw", "x /no/such ext4 rw 0 0")
    assert look(tmp_path) == []


def test_sizes() -> None:
    assert size_of(5 * 2**30) == "5.0 GiB"
    assert size_of(8 * 2**20) == "8 MiB"


@pytest.mark.root
@needs_loop
@pytest.mark.parametrize(
    "name", [b"caf\xe9", "a\u3000b\u00a0c".encode()], ids=["latin-1", "spaces"]
)
def test_a_strange_name_and_a_file_of_the_host(tmp_path: Path, name: bytes) -> None:
    with loop_mount(tmp_path, name=name) as mount:
        (mount / "hosts").touch()
        (tmp_path / "proc").mkdir()
        lines = [mount, mount / "hosts"]
        table = b"".join(b"/dev/loop0 %s ext4 rw 0 0\n" % os.fsencode(line) for line in lines)
        (tmp_path / "proc/mounts").write_bytes(table)
        fill(mount, 0.98)
        (cause,) = look(tmp_path)
        line = cause.commands[0].text.partition(" | ")[0]
        done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
        assert os.fsencode(mount) in done.stdout


@pytest.mark.root
@needs_loop
@pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="needs /dev/fuse")
def test_one_that_hangs_costs_only_itself(tmp_path: Path) -> None:
    with silent_mount(tmp_path) as silent, loop_mount(tmp_path) as mount:
        mounts(tmp_path, f"/dev/x {silent} fuseblk rw 0 0", f"/dev/loop0 {mount} ext4 rw 0 0")
        fill(mount, 0.98)
        (cause,) = look(tmp_path)
        assert str(mount) in cause.text


def test_an_error_of_ext4_is_read_only_whatever_fstab_says(tmp_path: Path) -> None:
    mounts(tmp_path, f"/dev/sdb1 {tmp_path} ext4 rw,relatime,emergency_ro 0 0")
    assert look(tmp_path)[0].text.startswith(f"{tmp_path} is mounted read-only")


@pytest.mark.root
@needs_loop
def test_a_file_system_that_met_an_error(tmp_path: Path) -> None:
    with loop_mount(tmp_path) as mount:
        break_down(mount)
        table = Path("/proc/mounts").read_text().splitlines()
        mounts(tmp_path, *(line for line in table if f" {mount} " in line))
        (cause,) = look(tmp_path)
        assert cause.text.startswith(f"{mount} is mounted read-only")
        assert cause.severity == CRITICAL
