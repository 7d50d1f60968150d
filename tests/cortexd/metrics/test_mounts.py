from __future__ import annotations

import os
from pathlib import Path

from cortexd.metrics.mounts import read_expectations, read_mounts, select_disks

# As in a container: the root is an overlay, single files and a folder are of the host's disk.
MOUNTINFO = """\
600 599 0:61 / / rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u
601 600 0:62 / /proc rw - proc proc rw
602 600 254:1 /containers/x/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw,errors=remount-ro
603 600 254:1 /volumes/db /data rw,relatime shared:7 - ext4 /dev/vda1 rw,errors=remount-ro
604 600 0:63 / /net rw - nfs4 server:/export rw,addr=10.0.0.1
605 600 0:64 / /ssh rw - fuse.sshfs host:/ rw
606 600 253:0 / /mnt/a\\040b\\011c\\134d rw - xfs /dev/mapper/vg0-a\\040b ro,attr2
607 600 0:65 / /tank rw - zfs tank rw
608 600 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro
609 600 254:2 / /mnt/over rw - ext4 /dev/vdb rw
610 609 254:3 / /mnt/over rw - ext4 /dev/vdc rw,emergency_ro
"""
FILESYSTEMS = "nodev\tproc\n\text4\n\txfs\n\tsquashfs\nnodev\tzfs\nnodev\tnfs4\nnodev\tfuse\n"


def make_proc(folder: Path, mountinfo: bytes) -> Path:
    (folder / "self").mkdir(parents=True)
    (folder / "self/mountinfo").write_bytes(mountinfo)
    (folder / "filesystems").write_text(FILESYSTEMS)
    return folder


def test_a_container_and_a_server_across_the_network(tmp_path: Path) -> None:
    proc = make_proc(tmp_path, MOUNTINFO.encode())
    groups = select_disks(read_mounts(proc), proc)
    assert [[mount.point for mount in group] for group in groups] == [
        ["/data", "/etc/hosts"],  # whichever of them is a folder
        ["/mnt/a b\tc\\d"],
        ["/tank"],
        ["/mnt/over"],
    ]
    spaced, over = groups[1][0], groups[3][0]
    assert (spaced.device, spaced.is_read_only) == ("/dev/mapper/vg0-a b", True)
    assert (over.device, over.is_faulty, over.is_read_only) == ("/dev/vdc", True, True)


def test_only_the_kernels_separators_separate(tmp_path: Path) -> None:
    names = ["a\u00a0b", "a\u3000b", "a\u2028b", "a\x0bb", "a\x85b", "a\x1cb"]
    lines = [f"1 1 8:{n} / /{name} rw - ext4 /dev/x{n} rw\n" for n, name in enumerate(names)]
    latin = b"1 1 9:0 / /caf\xe9 rw - ext4 /dev/y rw\n"
    found = read_mounts(make_proc(tmp_path, "".join(lines).encode() + latin))
    assert [mount.point for mount in found] == [*(f"/{name}" for name in names), "/caf\udce9"]


def test_the_mounts_own_flag_is_not_the_file_systems(tmp_path: Path) -> None:
    """systemd's ``ProtectSystem=strict`` shows the daemon every mount read-only."""
    line = b"1 1 8:1 / /srv ro,relatime - ext4 /dev/sda1 rw\n"
    (mount,) = read_mounts(make_proc(tmp_path, line))
    assert not mount.is_read_only


def test_fstab_as_getmntent_reads_it(tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_bytes(
        b"# /dev/a /commented ext4 defaults 0 0\n"
        b"  UUID=1\t/srv/a\\040b  ext4\tdefaults,nofail 0 2\n"
        b"LABEL=x /boot ext4 ro,noatime 0 2\nshort line\n"
        b"/dev/y /caf\xe9 ext4 rw\n"
    )
    expected = read_expectations(table)
    assert expected == {"/srv/a b": True, "/boot": False, os.fsdecode(b"/caf\xe9"): True}
    assert read_expectations(tmp_path / "none") == {}
