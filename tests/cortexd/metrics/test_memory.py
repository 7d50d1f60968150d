"""Memory of machines that are not this one: copies of what their kernels say."""

from __future__ import annotations

from pathlib import Path

from cortexd.metrics.memory import read_memory, read_swap

GIB_KB = 1024 * 1024
GIB = 1024**3


def machine(root: Path, meminfo: dict[str, float], **files: str) -> Path:
    (root / "proc").mkdir(parents=True)
    lines = [f"{name}: {int(gib * GIB_KB):>12} kB\n" for name, gib in meminfo.items()]
    (root / "proc/meminfo").write_text("".join(lines))
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_this_machine() -> None:
    memory = read_memory()
    assert 0 < memory.percent < 100
    assert 0 < memory.used_mb < memory.total_mb
    assert read_swap().percent >= 0


def test_what_zfs_gives_back_is_not_used(tmp_path: Path) -> None:
    """28 GiB of ARC on a machine of 32: MemAvailable says 1.4 GiB."""
    arc = f"13 1 0x01 123 33456 1 2\nname type data\nc_min 4 {GIB}\nc_max 4 0\nsize 4 {28 * GIB}\n"
    root = machine(tmp_path, {"MemTotal": 32, "MemFree": 1, "MemAvailable": 1.44})
    assert read_memory(root).percent == 95.5
    stats = root / "proc/spl/kstat/zfs/arcstats"
    stats.parent.mkdir(parents=True)
    stats.write_text(arc)
    assert read_memory(root).percent == 11.1
    stats.write_text(arc.replace(str(28 * GIB), "0"))  # below its minimum it gives nothing back
    assert read_memory(root).percent == 95.5


def test_huge_pages_are_set_aside(tmp_path: Path) -> None:
    root = machine(tmp_path, {"MemTotal": 64, "MemFree": 5, "MemAvailable": 6, "Hugetlb": 56})
    memory = read_memory(root)
    assert (memory.percent, memory.used_mb, memory.set_aside_mb) == (25.0, 2048, 56 * 1024)


def test_an_old_kernel(tmp_path: Path) -> None:
    known = {"MemTotal": 8, "MemFree": 1, "Buffers": 1, "Cached": 3, "Shmem": 1}
    assert read_memory(machine(tmp_path, known)).percent == 50.0


def test_a_containers_limit(tmp_path: Path) -> None:
    files = {
        "sys__fs__cgroup__memory.max": f"{2 * GIB}\n",
        "sys__fs__cgroup__memory.current": f"{GIB}\n",
        "sys__fs__cgroup__memory.stat": f"anon 5\ninactive_file {GIB // 2}\n",
    }
    root = machine(tmp_path, {"MemTotal": 64, "MemFree": 60, "MemAvailable": 60}, **files)
    memory = read_memory(root)
    assert (memory.percent, memory.total_mb) == (25.0, 2048)
    (root / "sys/fs/cgroup/memory.max").write_text("max\n")
    assert read_memory(root).total_mb == 64 * 1024


def test_a_containers_limit_of_the_first_generation(tmp_path: Path) -> None:
    files = {
        "sys__fs__cgroup__memory__memory.limit_in_bytes": f"{GIB}\n",
        "sys__fs__cgroup__memory__memory.usage_in_bytes": f"{GIB}\n",
        "sys__fs__cgroup__memory__memory.stat": f"total_inactive_file {GIB // 4}\n",
    }
    root = machine(tmp_path, {"MemTotal": 64, "MemFree": 60, "MemAvailable": 60}, **files)
    assert read_memory(root).percent == 75.0
    # The root group of a machine: no limit at all.
    limit = root / "sys/fs/cgroup/memory/memory.limit_in_bytes"
    limit.write_text("9223372036854771712\n")
    assert read_memory(root).total_mb == 64 * 1024


def test_swap(tmp_path: Path) -> None:
    known = {"MemTotal": 8, "MemFree": 1, "SwapTotal": 4, "SwapFree": 2}
    assert read_swap(machine(tmp_path, known)) == (50.0, 2048, 4096)
