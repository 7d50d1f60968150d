from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from cortex_cli.mounts import ask, is_folder, measure, read_mountinfo, read_table

NAMES = ["a\u00a0b", "a\u3000b", "a\u2028b", "a\x0bb", "a\x85b"]


def test_only_the_kernels_separators_separate(tmp_path: Path) -> None:
    table, info = tmp_path / "mounts", tmp_path / "mountinfo"
    names = [name.encode() for name in NAMES] + [b"caf\xe9", b"a\\040b\\011c"]
    table.write_bytes(b"".join(b"/dev/x /%s ext4 rw 0 0\n" % name for name in names))
    info.write_bytes(
        b"".join(b"1 1 8:0 / /%s rw shared:1 - ext4 /dev/x rw\n" % name for name in names)
    )
    points = ["/" + os.fsdecode(name) for name in names[:-1]] + ["/a b\tc"]
    assert [mount.point for mount in read_table(table)] == points
    assert [mount.point for mount in read_mountinfo(info)] == points


def test_what_is_written_to(tmp_path: Path) -> None:
    info = tmp_path / "mountinfo"
    info.write_text(
        "1 1 8:0 / /a rw - ext4 /dev/x rw\n2 1 8:1 / /b rw - ext4 /dev/y ro\n"
        "3 1 8:2 / /c rw - ext4 /dev/z rw,emergency_ro\n4 1 0:9 / /d rw - nfs4 server:/ rw\n"
    )
    found = read_mountinfo(info)
    assert [mount.is_read_only for mount in found] == [False, True, True, False]
    assert [mount.is_remote for mount in found] == [False, False, False, True]


def test_a_call_that_blocks_is_left_behind() -> None:
    release = threading.Event()
    started = time.monotonic()
    assert ask(release.wait, 0.1) is None
    assert time.monotonic() - started < 30
    release.set()
    assert ask(lambda: 7) == 7


def test_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_folder(tmp_path)
    assert not is_folder(tmp_path / "file")
    assert measure(tmp_path) is not None
    assert measure(tmp_path / "none") is None
