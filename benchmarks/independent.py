"""Requests that nobody wrote for Cortex: AppStream summaries and commands, with their packages.

Both are read from a folder of apt lists: ``…_Components-ARCH.yml`` (AppStream, "DEP-11") and
what the index has of ``Contents-ARCH`` or ``Commands-ARCH``.  ``fetch`` gets such a folder
through apt, in a place of its own: the machine's lists and configuration stay as they are.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cortex_cli.debian import lists as apt_lists

DEP11 = re.compile(r"_Components-[a-z0-9]+\.yml$")
FETCH_TIMEOUT_S = 900
LANGUAGES = {"C": "en", "fr": "fr", "es": "es"}
SEED = 20261121

APT_CONFIGURATION = """
Acquire::IndexTargets {
  deb::DEP-11 { MetaKey "$(COMPONENT)/dep11/Components-$(NATIVE_ARCHITECTURE).yml";
    ShortDescription "Components"; Description "AppStream"; KeepCompressed "true";
    KeepCompressedAs "gz"; DefaultEnabled "true"; Optional "yes"; };
  deb::Contents { MetaKey "$(COMPONENT)/Contents-$(NATIVE_ARCHITECTURE)";
    ShortDescription "Contents"; Description "Contents"; KeepCompressed "true";
    KeepCompressedAs "gz"; DefaultEnabled "true"; Optional "yes"; };
};
"""

_SUMMARY = re.compile(r"^Summary:\n((?:  .*\n)+)", re.MULTILINE)
_PACKAGE = re.compile(r"^Package: (\S+)$", re.MULTILINE)
_TEXT = re.compile(r"^  (C|fr|es): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, in which language, and the packages that answer it."""

    text: str
    language: str
    packages: frozenset[str]


def fetch(folder: Path) -> None:
    """Fetch Debian's lists, descriptions, AppStream data and contents into ``folder``."""
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cortex-apt-") as place:
        configuration = Path(place) / "apt.conf"
        configuration.write_text(APT_CONFIGURATION)
        options = {
            "Dir::State::Lists": str(folder),
            "Dir::Cache": place,
            "APT::Sandbox::User": "",
            # Here too: container images say "none" in a file that is read after ours.
            "Acquire::Languages": "en,fr,es",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "true",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        subprocess.run(
            ["apt-get", "-q", "update", *words],
            env={**os.environ, "APT_CONFIG": str(configuration)},
            check=True,
            timeout=FETCH_TIMEOUT_S,
        )


def appstream(folder: Path) -> list[Request]:
    """Each application's summary in each language, in a fixed order."""
    found: dict[tuple[str, str], set[str]] = {}
    for listed in apt_lists.find_matching(folder, DEP11):
        text = b"".join(apt_lists.read_chunks(listed.path)).decode("utf-8", "replace")
        for entry in text.split("\n---\n"):
            package, summary = _PACKAGE.search(entry), _SUMMARY.search(entry)
            if "Type: desktop-application" in entry and package and summary:
                for code, said in _TEXT.findall(summary[1]):
                    key = (said.strip().strip("'\"").rstrip("."), LANGUAGES[code])
                    found.setdefault(key, set()).add(package[1])
    return [
        Request(text, language, frozenset(packages))
        for (text, language), packages in sorted(found.items())
        if len(text.split()) > 1
    ]


def commands(db: sqlite3.Connection) -> list[Request]:
    """Each command that exactly one or two packages have, none of which bears its name."""
    rows = db.execute("SELECT name, group_concat(package, ' ') FROM command GROUP BY name")
    return [
        Request(name, "en", frozenset(packages.split()))
        for name, packages in rows
        if len(packages.split()) <= 2
    ]


def sampled(requests: list[Request], count: int) -> Iterator[Request]:
    """The same ``count`` of them every time."""
    yield from random.Random(SEED).sample(requests, min(count, len(requests)))
