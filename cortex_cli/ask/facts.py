"""Collects facts about this machine from /etc, /proc and /sys, never from a model.

``collect`` leaves out what cannot be read.  Each fact is a sentence with its source, for a prompt
or as the answer itself.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.meminfo import read_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cortex_cli.language.question import Question

GIB = 1024**3
# "set the gravity of my disk to zero" has a topic, and is about something else.
MIN_SHARE = 0.4
MACHINE_WORDS = frozenset(
    ("this", "my", "our", "the", "cette", "ma", "mon", "mi", "esta", "running", "i")
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about this machine; ``topics`` are the words of questions about it."""

    sentence: str
    source: str
    topics: frozenset[str]


def collect(root: Path = Path("/")) -> list[Fact]:
    """Return all facts, the most general first."""
    return list(_read_facts(root))


def select_facts(question: Question, facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that ``question`` is about: it names a topic and this machine."""
    if not question.word_set & MACHINE_WORDS:
        return []
    words = question.content
    return [
        fact
        for fact in facts
        if sum(word in fact.topics for word in words) >= MIN_SHARE * len(words) > 0
    ]


def _read_facts(root: Path) -> Iterator[Fact]:
    release = _read_os_release(root / "etc/os-release")
    if name := release.get("PRETTY_NAME"):
        topics = {"os", "distribution", "distro", "debian", "ubuntu", "release", "système"}
        yield _make_fact(f"This machine runs {name}.", "/etc/os-release", topics)
    kernel = os.uname()
    yield _make_fact(
        f"The kernel is {kernel.sysname} {kernel.release} on {kernel.machine}.",
        "uname",
        {"kernel", "architecture", "arch", "noyau", "núcleo", "linux"},
    )
    cores = os.cpu_count() or 1
    yield _make_fact(
        f"The processor is {_read_processor(root)} with {cores} core{'s' * (cores > 1)}.",
        "/proc/cpuinfo",
        {"cpu", "processor", "cores", "processeur", "procesador"},
    )
    if memory := _read_memory(root):
        total, available = memory
        yield _make_fact(
            f"It has {total:.1f} GiB of memory, {available:.1f} GiB of it available.",
            "/proc/meminfo",
            {"memory", "ram", "mémoire", "memoria"},
        )
    disk = shutil.disk_usage(root)
    yield _make_fact(
        f"The root file system has {disk.total / GIB:.1f} GiB, "
        f"{disk.free / GIB:.1f} GiB of it free.",
        "statvfs /",
        {"disk", "disque", "disco", "storage", "filesystem"},
    )


def _make_fact(sentence: str, source: str, topics: set[str]) -> Fact:
    return Fact(sentence, source, frozenset(topics))


def _read_os_release(path: Path) -> dict[str, str]:
    values = {}
    for line in _read_lines(path):
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            try:
                values[name.strip()] = " ".join(shlex.split(value))
            except ValueError:  # an unclosed quote, which os-release(5) does not allow
                continue
    return values


def _read_processor(root: Path) -> str:
    for line in _read_lines(root / "proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "Hardware"):
            return value.strip()
    return platform.machine()


def _read_memory(root: Path) -> tuple[float, float] | None:
    known = read_memory(root)
    if "MemTotal" not in known:
        return None
    return known["MemTotal"] / GIB, known["MemAvailable"] / GIB


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
