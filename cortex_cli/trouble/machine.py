"""A direct look at the machine, for where no daemon watches: disks, memory, load, network."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.trouble.asked import CERTIFICATE, DISK, HEAT, LOAD, MEMORY, NETWORK
from cortex_cli.trouble.cause import CRITICAL, ERROR, INFO, WARNING, Cause
from cortex_cli.trouble.programs import output_of
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

GIB = 1 << 30
FULL_PERCENT, VERY_FULL_PERCENT = 90.0, 97.0
SHORT_SHARE = 0.08
LOAD_PER_CPU = 1.5
BUSY_PERCENT = 60.0
BUSY_S = 30
MAX_BUSY = 3
KERNEL_KILLS = ("journalctl", "-k", "-b", "-q", "--no-pager", "-g", "Killed process")
# Only these hold somebody's files; the rest are the kernel's own or parts of others.  A network
# file system whose server is gone would hold us up.
FILE_SYSTEMS = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat"}
    | {"ntfs", "ntfs3", "fuseblk", "overlay", "tmpfs", "bcachefs"}
)
_KILLED = re.compile(r"Killed process \d{1,9} \((?P<program>[^)]{1,64})\)")
_ESCAPED = re.compile(r"\\([0-7]{3})")
# Where programs keep the certificates that they serve.
CERTIFICATES = ("etc/letsencrypt/live/*/cert.pem", "etc/ssl/private/*.pem", "etc/ssl/certs/*.crt")
MAX_CERTIFICATES = 20


def causes(
    environ: Mapping[str, str], language: str, topics: frozenset[str], root: Path = Path("/")
) -> list[Cause]:
    """What is wrong by the kernel's own figures; only of ``topics`` where there are some."""
    found: list[Cause] = []
    for topic, looks in LOOKS.items():
        if not topics or topic in topics:
            found += looks(environ, language, root)
    return found


def _disks(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    seen = set()
    for mount, kind in _mounts(root):
        if kind not in FILE_SYSTEMS:
            continue
        try:
            stat = os.statvfs(mount)
            device = Path(mount).stat().st_dev
        except OSError:
            continue
        if device in seen or not stat.f_blocks or not Path(mount).is_dir():
            continue
        seen.add(device)
        used = stat.f_blocks - stat.f_bfree
        percent = 100 * used / ((used + stat.f_bavail) or 1)  # as df counts
        if percent >= FULL_PERCENT:
            free, total = _gib(stat.f_bavail * stat.f_frsize), _gib(stat.f_blocks * stat.f_frsize)
            text = say(language, "disk-full", mount=mount, percent=percent, free=free, total=total)
            severity = CRITICAL if percent >= VERY_FULL_PERCENT else WARNING
            yield Cause(DISK, severity, text, (), _freeing(mount), f"statvfs {mount}")
        inodes = 100 * (stat.f_files - stat.f_ffree) / stat.f_files if stat.f_files else 0.0
        if inodes >= FULL_PERCENT:
            text = say(language, "inodes", mount=mount, percent=inodes)
            counting = f"sudo du --inodes -xd2 {mount} | sort -rn | head"
            yield Cause(DISK, CRITICAL, text, (), (counting,), f"statvfs {mount}")


def _freeing(mount: str) -> tuple[str, ...]:
    return (
        f"sudo du -xhd2 {mount} | sort -rh | head -20",
        "sudo apt-get clean",
        "sudo journalctl --vacuum-time=7d",
    )


def _mounts(root: Path) -> Iterator[tuple[str, str]]:
    for line in _text(root / "proc/mounts").splitlines():
        parts = line.split(" ")
        if len(parts) > 2:
            yield _ESCAPED.sub(lambda match: chr(int(match[1], 8)), parts[1]), parts[2]


def _memory(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    values = {}
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        if rest.split() and rest.split()[0].isdigit():
            values[name] = int(rest.split()[0]) * 1024
    total, available = values.get("MemTotal", 0), values.get("MemAvailable", 0)
    if total and available < SHORT_SHARE * total:
        text = say(language, "memory", available=_gib(available), total=_gib(total))
        biggest = "ps -eo pid,user,rss,comm --sort=-rss | head"
        yield Cause(MEMORY, ERROR, text, (), (biggest,), "/proc/meminfo")
    kernel = output_of(
        environ, "journalctl", "-k", "-b", "-q", "--no-pager", "-g", "Killed process"
    )
    killed = list(dict.fromkeys(_KILLED.findall(kernel)))
    if killed:
        text = say(language, "oom", program=", ".join(killed[:MAX_BUSY]))
        look = "journalctl -k -b -g 'Out of memory|Killed process'"
        yield Cause(MEMORY, ERROR, text, tuple(_last_lines(kernel)), (look,), "journal: kernel")


def _load(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    cpus = len(os.sched_getaffinity(0))
    try:
        load = float(_text(root / "proc/loadavg").split()[0])
    except (IndexError, ValueError):
        return
    busy = _busy(environ, language)
    if load >= LOAD_PER_CPU * cpus:
        text = say(language, "load", load=load, cpus=cpus)
        yield Cause(LOAD, WARNING, text, tuple(busy), ("top -o %CPU",), "/proc/loadavg")
    elif busy:
        yield Cause(LOAD, INFO, busy[0], tuple(busy[1:]), ("top -o %CPU",), "ps")


def _busy(environ: Mapping[str, str], language: str) -> list[str]:
    """The processes that have kept a processor busy, and not just for a moment."""
    listed = output_of(environ, "ps", "-eo", "pid=,pcpu=,times=,comm=", "--sort=-pcpu")
    found = []
    for line in listed.splitlines():
        pid, percent, seconds, program = (*line.split(None, 3), "", "", "", "")[:4]
        if seconds and float(percent) >= BUSY_PERCENT and int(seconds) >= BUSY_S:
            values = {"pid": pid, "percent": float(percent)}
            found.append(say(language, "busy", program=program, **values))
    return found[:MAX_BUSY]


def _heat(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    for path in sorted((root / "sys/class/hwmon").glob("hwmon*/temp*_input")):
        stem = path.name.removesuffix("_input")
        if _text(path.with_name(f"{stem}_fault")).strip() == "1":
            continue  # the sensor itself says that it is not to be believed
        degrees = _number(path)
        limit = _number(path.with_name(f"{stem}_max")) or _number(path.with_name(f"{stem}_crit"))
        if degrees and limit and degrees >= limit:
            name = _text(path.with_name("name")).strip() or path.parent.name
            label = _text(path.with_name(f"{stem}_label")).strip() or stem
            text = say(
                language,
                "heat",
                sensor=f"{name} {label}",
                degrees=degrees / 1000,
                limit=limit / 1000,
            )
            yield Cause(HEAT, ERROR, text, (), ("sensors", "top -o %CPU"), str(path))


def _network(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    for folder in sorted((root / "sys/class/net").glob("*")):
        name = folder.name
        wired = (folder / "device").exists()
        if wired and _text(folder / "carrier").strip() == "0":
            commands = (f"ip link show {name}", f"sudo ethtool {name}")
            text = say(language, "link-down", interface=name)
            yield Cause(NETWORK, ERROR, text, (), commands, str(folder))
    routes = _text(root / "proc/net/route").splitlines()[1:]
    if not any(line.split()[1:2] == ["00000000"] for line in routes):
        commands = ("ip route", "ip -br address")
        yield Cause(NETWORK, ERROR, say(language, "route-none"), (), commands, "/proc/net/route")
    lines = [line.split() for line in _text(root / "etc/resolv.conf").splitlines()]
    if not any(words[:1] == ["nameserver"] and len(words) > 1 for words in lines):
        commands = ("cat /etc/resolv.conf", "getent hosts deb.debian.org")
        yield Cause(NETWORK, ERROR, say(language, "dns-none"), (), commands, "/etc/resolv.conf")


def _certificates(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    paths = [path for pattern in CERTIFICATES for path in sorted(root.glob(pattern))]
    for path in paths[:MAX_CERTIFICATES]:
        argv = ("openssl", "x509", "-noout", "-enddate", "-checkend", "0", "-in", str(path))
        if output_of(environ, *argv):
            continue  # it is valid: -checkend fails for one that has expired
        ended = output_of(environ, "openssl", "x509", "-noout", "-enddate", "-in", str(path))
        if ended.startswith("notAfter="):
            text = say(
                language, "certificate", path=path, date=ended.strip().removeprefix("notAfter=")
            )
            commands = (f"openssl x509 -noout -dates -in {path}", "sudo certbot renew")
            yield Cause(CERTIFICATE, ERROR, text, (), commands, str(path))


LOOKS: dict[str, Callable[[Mapping[str, str], str, Path], Iterator[Cause]]] = {
    DISK: _disks,
    MEMORY: _memory,
    LOAD: _load,
    HEAT: _heat,
    NETWORK: _network,
    CERTIFICATE: _certificates,
}


def _last_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][-2:]


def _number(path: Path) -> float | None:
    try:
        return float(_text(path))
    except ValueError:
        return None


def _gib(size: float) -> str:
    return f"{size / GIB:.1f} GiB"


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="surrogateescape")
    except OSError:
        return ""
