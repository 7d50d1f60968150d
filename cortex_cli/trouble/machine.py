"""A direct look at the machine, for where no daemon watches: disks, memory, load, network."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import sensors
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES
from cortex_cli.meminfo import read_memory
from cortex_cli.programs import output_of
from cortex_cli.trouble import disks, network
from cortex_cli.trouble.cause import ERROR, INFO, WARNING, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.disks import size_of
from cortex_cli.trouble.files import text_of
from cortex_cli.trouble.lexicon import CERTIFICATE, DISK, HEAT, LOAD, MEMORY, NETWORK
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHORT_SHARE = 0.08
LOAD_PER_CPU = 1.5
STALLED_PERCENT = 25.0
BUSY_PERCENT = 60.0
BUSY_S = 30
MAX_BUSY = 3
# A kill of last month is no trouble of today.
KERNEL_KILLS = ("journalctl", "-k", "-b", "-S", "-1d", "-q", "--no-pager", "-g", "Killed process")
TOP = command(("top", "-o", "%CPU"))
_STALLED = expression(r"^full avg10=\S{1,10} avg60=(?P<minute>[0-9]{1,3}(?:\.[0-9]{1,3})?)", re.M)
_KILLED = expression(r"Killed process \d{1,9} \((?P<program>[^)]{1,64})\)")
# Where programs keep the certificates that they serve.
CERTIFICATES = (
    "etc/letsencrypt/live/*/cert.pem",
    "etc/ssl/private/*.pem",
    "etc/ssl/certs/*.crt",
    *("etc/nginx/ssl/*.crt", "etc/nginx/ssl/*.pem", "etc/apache2/ssl/*.crt"),
)
MAX_CERTIFICATES = 20


def find_causes(
    environ: Mapping[str, str], language: str, topics: frozenset[str], root: Path = Path("/")
) -> list[Cause]:
    """What is wrong by the kernel's own figures; only of ``topics`` where there are some."""
    causes: list[Cause] = []
    for topic, looks in LOOKS.items():
        if not topics or topic in topics:
            causes += looks(environ, language, root)
    return causes


def _check_memory(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    values = read_memory(root)
    total = values.get("MemTotal", 0) - values.get("Hugetlb", 0)  # those are set aside
    available = values.get("MemAvailable", 0)
    if total and available < SHORT_SHARE * total:
        text = say(language, "memory", available=size_of(available), total=size_of(total))
        listing = ("ps", "-eo", "pid,user,rss,comm", "--sort=-rss")
        biggest = command(listing, ("head",))
        yield Cause(MEMORY, ERROR, text, (), (biggest,), "/proc/meminfo")
    kernel = output_of(environ, *KERNEL_KILLS)
    killed = list(dict.fromkeys(_KILLED.findall(kernel)))
    if killed:
        text = say(language, "oom", program=", ".join(killed[:MAX_BUSY]))
        look = command(("journalctl", "-k", "-b", "-g", "Out of memory|Killed process"))
        yield Cause(MEMORY, ERROR, text, tuple(_last_lines(kernel)), (look,), "journal: kernel")


def _check_load(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    cpus = len(os.sched_getaffinity(0))
    try:
        load = float(text_of(root / "proc/loadavg").split()[0])
    except (IndexError, ValueError):
        return
    yield from _check_stalls(language, root)
    busy = _list_busy_programs(environ, language)
    if load >= LOAD_PER_CPU * cpus:
        text = say(language, "load", load=load, cpus=cpus)
        yield Cause(LOAD, WARNING, text, tuple(busy), (TOP,), "/proc/loadavg")
    elif busy:
        yield Cause(LOAD, INFO, busy[0], tuple(busy[1:]), (TOP,), "ps")


def _check_stalls(language: str, root: Path) -> Iterator[Cause]:
    """That every task waited for the disk: slow without a busy processor."""
    match = _STALLED.search(text_of(root / "proc/pressure/io"))
    percent = float(match["minute"]) if match else 0.0
    if percent >= STALLED_PERCENT:
        text = say(language, "stalled", percent=percent)
        waiting = command(("ps", "-eo", "state,pid,user,comm"), ("grep", "^D"))
        traffic = command(("iotop", "-obn1"), root=True, package="iotop")
        yield Cause(LOAD, WARNING, text, (), (waiting, traffic), "/proc/pressure/io")


def _list_busy_programs(environ: Mapping[str, str], language: str) -> list[str]:
    """The processes that have kept a processor busy, and not just for a moment."""
    listed = output_of(environ, "ps", "-eo", "pid=,pcpu=,times=,comm=", "--sort=-pcpu")
    sentences = []
    for line in listed.splitlines():
        pid, percent, seconds, program = (*line.split(None, 3), "", "", "", "")[:4]
        if seconds.isdigit() and float(percent) >= BUSY_PERCENT and int(seconds) >= BUSY_S:
            values = {"pid": pid, "percent": float(percent)}
            sentences.append(say(language, "busy", program=program, **values))
    return sentences[:MAX_BUSY]


def _check_heat(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    for sensor in sensors.read_sensors(root):
        limit = sensor.high or sensor.critical
        if sensor.is_faulty or not limit or sensor.celsius < limit:
            continue
        values = {"degrees": sensor.celsius, "limit": limit}
        text = say(language, "heat", sensor=sensor.name, **values)
        listing = command(("sensors",), package="lm-sensors")
        yield Cause(HEAT, ERROR, text, (), (listing, TOP), str(sensor.path))


def _check_certificates(environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    paths = [path for pattern in CERTIFICATES for path in sorted(root.glob(pattern))]
    for path in paths[:MAX_CERTIFICATES]:
        argv = ("openssl", "x509", "-noout", "-enddate", "-checkend", "0", "-in", str(path))
        if output_of(environ, *argv):
            continue  # it is valid: -checkend fails for one that has expired
        ended = output_of(environ, "openssl", "x509", "-noout", "-enddate", "-in", str(path))
        if ended.startswith("notAfter="):
            text = say(
                language,
                "certificate",
                path=str(path),
                date=ended.strip().removeprefix("notAfter="),
            )
            dates = command(("openssl", "x509", "-noout", "-dates", "-in", str(path)), root=True)
            renew = command(("certbot", "renew"), effect=CHANGES, root=True, package="certbot")
            commands = (dates, renew) if "letsencrypt" in path.parts else (dates,)
            yield Cause(CERTIFICATE, ERROR, text, (), commands, str(path))


def _last_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][-2:]


LOOKS: dict[str, Callable[[Mapping[str, str], str, Path], Iterator[Cause]]] = {
    DISK: disks.find_causes,
    MEMORY: _check_memory,
    LOAD: _check_load,
    HEAT: _check_heat,
    NETWORK: network.find_causes,
    CERTIFICATE: _check_certificates,
}
