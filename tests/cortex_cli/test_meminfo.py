from __future__ import annotations

from pathlib import Path

from cortex_cli.meminfo import read_memory

GIB = 1024**3
KB = 1024 * 1024


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_zfs_gives_back_is_available(tmp_path: Path) -> None:
    fields = f"MemTotal: {32 * KB} kB\nMemAvailable: {KB} kB\nHugePages_Total: 3\n"
    write(tmp_path, "proc/meminfo", fields)
    assert read_memory(tmp_path)["MemAvailable"] == GIB
    arc = f"13 1 0x01 123\nname type data\nsize 4 {28 * GIB}\nc_min 4 {GIB}\n"
    write(tmp_path, "proc/spl/kstat/zfs/arcstats", arc)
    known = read_memory(tmp_path)
    assert known["MemAvailable"] == 28 * GIB
    assert known["HugePages_Total"] == 3


def test_an_old_kernel_and_none_at_all(tmp_path: Path) -> None:
    assert read_memory(tmp_path) == {}
    write(tmp_path, "proc/meminfo", "MemTotal: 8 kB\nMemFree: 1 kB\nCached: 4 kB\nShmem: 2 kB\n")
    assert read_memory(tmp_path)["MemAvailable"] == 3 * 1024
