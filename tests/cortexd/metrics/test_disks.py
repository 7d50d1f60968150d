"""The disks of a strange machine: loop mounts of this one, and mounts that do not answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from cortexd.api.messages import DiskUsage
from cortexd.identifiers import identify
from cortexd.metrics.disks import MAX_HUNG, DiskReader, measure
from cortexd.monitoring.collector import Collector
from cortexd.sources.machine import Disks
from cortexd.worker import MAX_LEFT_BEHIND
from tests.cortexd.metrics.test_mounts import make_proc
from tests.support.loop_mount import NEEDS_LOOP, break_down, fill, loop_mount, silent_mount

GIB = 2**30


def find(usages: list[DiskUsage], mount: Path) -> DiskUsage | None:
    name = identify(str(mount))
    return next((usage for usage in usages if usage["mount"] == name), None)


def mount(*argv: object) -> None:
    subprocess.run(["mount", *map(str, argv)], check=True)


def test_this_machine() -> None:
    assert DiskReader().read()[0]["mount"] == "/"
    assert measure("/no/such/mount", "", "") is None


class TestLoopMounts:
    pytestmark = NEEDS_LOOP

    @pytest.mark.parametrize(
        "name",
        [b"caf\xe9", "a\u00a0b".encode(), "a\u3000b".encode(), b"a\tb", b"a\nb", b"a\\b"],
        ids=["latin-1", "nbsp", "u+3000", "tab", "newline", "backslash"],
    )
    def test_any_name(self, tmp_path: Path, name: bytes) -> None:
        with loop_mount(tmp_path, name=name, mib=4) as folder:
            fill(folder, 0.97)
            usage = find(DiskReader().read(), folder)
            assert usage is not None
            assert usage["used_percent"] > 95
            assert usage["mount"].isprintable()

    def test_what_is_reserved_for_root_is_not_free(self, tmp_path: Path) -> None:
        with loop_mount(tmp_path, mib=64, reserved=30) as folder:
            fill(folder, 0.5)
            usage = find(DiskReader().read(), folder)
            assert usage is not None
            df = subprocess.run(
                ["df", "-B1", "--output=avail,pcent", str(folder)], capture_output=True, check=True
            )
            available, percent = df.stdout.split()[-2:]
            assert usage["available_gb"] == round(int(available) / GIB, 2)
            assert usage["available_gb"] < usage["total_gb"] - usage["used_gb"] - 0.01
            assert abs(usage["used_percent"] - int(percent.rstrip(b"%"))) <= 1

    def test_one_that_turns_read_only(self, tmp_path: Path) -> None:
        with loop_mount(tmp_path, mib=4) as folder:
            reader = DiskReader()
            usage = find(reader.read(), folder)
            assert usage is not None
            assert not usage["read_only"]
            mount("-o", "remount,ro", folder)
            usage = find(reader.read(), folder)
            assert usage is not None
            assert usage["turned_read_only"]
            fresh = find(DiskReader().read(), folder)  # a daemon that has just been started
            assert fresh is not None
            assert (fresh["read_only"], fresh["turned_read_only"]) == (True, False)
            fstab = tmp_path / "fstab"
            fstab.write_text(f"UUID=1 {folder} ext4 defaults 0 2\n")
            known = find(DiskReader(fstab=fstab).read(), folder)
            assert known is not None
            assert known["turned_read_only"]

    def test_one_that_met_an_error(self, tmp_path: Path) -> None:
        """Since Linux 6.15 ext4 still says ``rw`` then; nothing can be written all the same."""
        with loop_mount(tmp_path, mib=4) as folder:
            break_down(folder)
            with pytest.raises(OSError, match="Read-only"):
                (folder / "new").touch()
            usage = find(DiskReader().read(), folder)
            assert usage is not None
            assert (usage["read_only"], usage["turned_read_only"]) == (True, True)

    def test_a_file_and_a_read_only_folder_of_another_disk(self, tmp_path: Path) -> None:
        """What a container has of its host: ``/etc/hosts``, and a volume that it may only read."""
        with loop_mount(tmp_path, mib=4) as folder, contextlib.ExitStack() as stack:
            (folder / "hosts").touch()
            (folder / "volume").mkdir()
            file, part = tmp_path / "hosts", tmp_path / "volume"
            file.touch()
            part.mkdir()
            mount("--bind", folder / "hosts", file)
            stack.callback(subprocess.run, ["umount", str(file)], check=True)
            mount("--bind", folder / "volume", part)
            stack.callback(subprocess.run, ["umount", str(part)], check=True)
            mount("-o", "remount,bind,ro", part)
            usages = DiskReader().read()
            assert find(usages, folder) is not None
            subprocess.run(["umount", str(folder)], check=True)
            usages = DiskReader().read()
            assert [find(usages, path) for path in (folder, file, part)] == [None, None, None]
            mount("-o", "remount,bind,rw", part)
            assert find(DiskReader().read(), part) is not None

    def test_a_mount_below_another_is_not_the_other(self, tmp_path: Path) -> None:
        with loop_mount(tmp_path, mib=4) as folder:
            mount("-t", "tmpfs", "tmpfs", tmp_path)
            try:
                assert find(DiskReader().read(), folder) is None
            finally:
                subprocess.run(["umount", str(tmp_path)], check=True)


class TestHangs:
    pytestmark = NEEDS_LOOP

    @pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="needs /dev/fuse")
    def test_one_that_hangs_costs_only_itself(self, tmp_path: Path) -> None:
        with silent_mount(tmp_path) as silent:

            async def go() -> None:
                collector = Collector([Disks()], lambda: None, limit_s=2)
                first = dict(await collector.collect(0, settled=True))
                assert collector.left_out == {str(silent): "no answer within 2 s"}
                second = dict(await collector.collect(1, settled=True))
                await collector.close()
                for readings in (first, second):
                    assert readings["disks"][0]["mount"] == "/"
                    assert find(readings["disks"], silent) is None

            asyncio.run(go())


def test_one_that_answers_no_more_keeps_its_last_reading(tmp_path: Path) -> None:
    """A dying disk answers EIO: that is no reason to call its alert resolved."""
    folder = tmp_path / "disk"
    folder.mkdir()
    found = folder.stat().st_dev
    line = f"1 1 {os.major(found)}:{os.minor(found)} / {folder} rw - ext4 /dev/x rw\n"
    reader = DiskReader(make_proc(tmp_path / "proc", line.encode()), tmp_path / "fstab")
    before = find(reader.read(), folder)
    assert before is not None
    folder.rename(tmp_path / "moved")
    assert find(reader.read(), folder) == before
    (tmp_path / "proc/self/mountinfo").write_text("")
    assert find(reader.read(), folder) is None


def test_when_too_many_hang_the_disks_are_given_up() -> None:
    """Each costs a thread, and the threads are those of all sources."""
    reader = DiskReader()
    left_out = []
    for number in range(MAX_HUNG + 1):
        reader._asking = f"/m{number}"
        left_out.append(reader.leave_out_hung())
    assert left_out == ["/m0", "/m1", "/m2", "/m3", None]
    assert MAX_HUNG < MAX_LEFT_BEHIND
    assert reader.leave_out_hung() is None  # nothing was being read
