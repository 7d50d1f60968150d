from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import machine

GIB = 1 << 30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine of 16 GiB, 4 cores with two threads each, no limits."""
    write(tmp_path, "proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n")
    write(tmp_path, "proc/self/cgroup", "0::/system.slice/cortex-llm.service\n")
    for cpu in range(8):
        folder = f"sys/devices/system/cpu/cpu{cpu}/topology"
        write(tmp_path, f"{folder}/physical_package_id", "0\n")
        write(tmp_path, f"{folder}/core_id", f"{cpu % 4}\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def cgroup(root: Path, name: str, text: str) -> None:
    write(root, f"sys/fs/cgroup/{name}", text)


def test_no_limits(root: Path) -> None:
    seen = machine.inspect(root, set(range(8)))
    assert seen == machine.Machine(16 * GIB, "RAM", 8 * GIB, 4)


def test_what_zfs_gives_back_is_available(root: Path) -> None:
    arc = f"13 1 0x01 123\nname type data\nsize 4 {6 * GIB}\nc_min 4 {GIB}\n"
    write(root, "proc/spl/kstat/zfs/arcstats", arc)
    assert machine.inspect(root, {0}).available == 13 * GIB
    write(root, "proc/spl/kstat/zfs/arcstats", arc.replace(str(6 * GIB), str(60 * GIB)))
    assert machine.inspect(root, {0}).available == 16 * GIB


def test_hyperthreads_count_once_and_affinity_counts(root: Path) -> None:
    assert machine.inspect(root, {0, 4}).cores == 1
    assert machine.inspect(root, {0, 1, 2, 4, 5}).cores == 3


@pytest.mark.parametrize("name", ["memory.max", "memory.high"])
def test_the_services_own_limit(root: Path, name: str) -> None:
    cgroup(root, f"system.slice/cortex-llm.service/{name}", f"{2 * GIB}\n")
    cgroup(root, "system.slice/memory.max", "max\n")
    seen = machine.inspect(root, {0})
    assert (seen.memory, seen.available) == (2 * GIB, 2 * GIB)
    assert seen.memory_source.endswith(f"cortex-llm.service/{name}")


def test_a_limit_above_us_counts(root: Path) -> None:
    cgroup(root, "system.slice/cortex-llm.service/memory.max", f"{4 * GIB}\n")
    cgroup(root, "system.slice/memory.max", f"{1 * GIB}\n")
    assert machine.inspect(root, {0}).memory == GIB


def test_version_1(root: Path) -> None:
    write(root, "proc/self/cgroup", "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n")
    cgroup(root, "memory/docker/x/memory.limit_in_bytes", f"{3 * GIB}\n")
    cgroup(root, "memory/memory.limit_in_bytes", "9223372036854771712\n")
    cgroup(root, "cpu,cpuacct/docker/x/cpu.cfs_quota_us", "200000\n")
    cgroup(root, "cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n")
    seen = machine.inspect(root, set(range(8)))
    assert (seen.memory, seen.cores) == (3 * GIB, 2)


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 2), ("50000 100000", 1)])
def test_the_cpu_quota(root: Path, quota: str, cores: int) -> None:
    cgroup(root, "system.slice/cortex-llm.service/cpu.max", quota + "\n")
    assert machine.inspect(root, set(range(8))).cores == cores


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert machine.inspect(tmp_path, {0, 1}).cores == 2


def test_this_machine() -> None:
    seen = machine.inspect()
    assert seen.cores >= 1
    assert seen.memory > 1 << 28
