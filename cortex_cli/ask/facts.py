"""What this machine is: read from /etc, /proc and /sys, never guessed, never from a model.

``collect`` reads; what cannot be read is left out.  Each fact is a sentence with its source,
so that it can stand in a prompt or be the answer itself.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cortex_cli.language.question import Question

GIB = 1024**3
KIB = 1024


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about this machine; ``topics`` are the words that ask for it."""

    sentence: str
    source: str
    topics: frozenset[str]


def collect(root: Path = Path("/")) -> list[Fact]:
    """Everything that is known, the most general first."""
    return list(_facts(root))


def asked_for(question: Question, facts: Iterable[Fact]) -> list[Fact]:
    """The facts that ``question`` is about: it names a topic and this machine."""
    said = question.word_set
    if not said & {"this", "my", "our", "the", "cette", "ma", "mon", "mi", "esta", "running", "i"}:
        return []
    return [fact for fact in facts if said & fact.topics]


def _facts(root: Path) -> Iterator[Fact]:
    release = _release(root / "etc/os-release")
    if name := release.get("PRETTY_NAME"):
        topics = {"os", "distribution", "distro", "debian", "ubuntu", "release", "système"}
        yield _fact(f"This machine runs {name}.", "/etc/os-release", topics)
    kernel = os.uname()
    yield _fact(
        f"The kernel is {kernel.sysname} {kernel.release} on {kernel.machine}.",
        "uname",
        {"kernel", "architecture", "arch", "noyau", "núcleo", "linux"},
    )
    cores = os.cpu_count() or 1
    yield _fact(
        f"The processor is {_processor(root)} with {cores} core{'s' * (cores > 1)}.",
        "/proc/cpuinfo",
        {"cpu", "processor", "cores", "processeur", "procesador"},
    )
    if memory := _memory(root):
        total, available = memory
        yield _fact(
            f"It has {total:.1f} GiB of memory, of which {available:.1f} GiB are available.",
            "/proc/meminfo",
            {"memory", "ram", "mémoire", "memoria"},
        )
    disk = shutil.disk_usage(root)
    yield _fact(
        f"The root file system holds {disk.total / GIB:.1f} GiB, of which "
        f"{disk.free / GIB:.1f} GiB are free.",
        "statvfs /",
        {"disk", "disque", "disco", "storage", "filesystem"},
    )


def _fact(sentence: str, source: str, topics: set[str]) -> Fact:
    return Fact(sentence, source, frozenset(topics))


def _release(path: Path) -> dict[str, str]:
    values = {}
    for line in _lines(path):
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            try:
                values[name.strip()] = " ".join(shlex.split(value))
            except ValueError:  # an open quote: not a file that os-release(5) allows
                continue
    return values


def _processor(root: Path) -> str:
    for line in _lines(root / "proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "Hardware"):
            return value.strip()
    return platform.machine()


def _memory(root: Path) -> tuple[float, float] | None:
    values = {}
    for line in _lines(root / "proc/meminfo"):
        name, _, rest = line.partition(":")
        amount = rest.split()
        if amount and amount[0].isdigit():
            values[name] = int(amount[0]) * KIB / GIB
    if "MemTotal" not in values:
        return None
    return values["MemTotal"], values.get("MemAvailable", values.get("MemFree", 0.0))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
