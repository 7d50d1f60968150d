"""Fetches package metadata and documentation through apt, in a folder of its own.

The machine's lists, cache and configuration are left alone, and no root is needed: container
images set `Acquire::Languages none`, so the descriptions that training needs are not in the
machine's own lists. Knows apt and dpkg; does not know what the texts are for.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from cortex_llm.errors import LlmError

TIMEOUT = 900.0  # 20 MB of lists and as much documentation over a slow line
DEBIAN_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
HELPER = "/usr/lib/apt/apt-helper"  # reads a list whatever it is compressed with


class AptError(LlmError):
    """apt could not fetch or read what was asked."""

    code = "APT_ERROR"


class PrivateApt:
    """apt with its lists and its cache in `folder`."""

    def __init__(self, folder: Path, sources: Path | None = None) -> None:
        self.lists = folder / "lists"
        self.archives = folder / "archives"
        for needed in (self.lists / "partial", folder / "cache/archives/partial", self.archives):
            needed.mkdir(parents=True, exist_ok=True)
        self._options = [
            f"Dir::State::Lists={self.lists}",
            f"Dir::Cache={folder / 'cache'}",
            "Acquire::Languages=en,fr,es",
            "APT::Sandbox::User=",  # the folder is ours; apt's own user may not write here
        ]
        if sources is None and DEBIAN_SOURCES.exists():
            sources = DEBIAN_SOURCES  # the same corpus whatever else a machine has added
        if sources is not None:
            self._options += [f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=-"]

    def update(self) -> None:
        """Fetch the lists, with descriptions in the three languages."""
        self._run("apt-get", "update")

    def download(self, names: list[str]) -> list[Path]:
        """Fetch these packages; returns their files, sorted."""
        self._run("apt-get", "download", *names)
        return sorted(self.archives.glob("*.deb"))

    def records(self, suffix: str) -> Iterator[dict[str, str]]:
        """Every record of the lists whose name has `suffix`, such as `_Packages`."""
        for path in sorted(self.lists.glob(f"*{suffix}*")):
            yield from parse_records(self._output(HELPER, "cat-file", str(path)))

    def _run(self, program: str, *words: str) -> None:
        options = [word for option in self._options for word in ("-o", option)]
        self._output(program, "-q", *options, *words)

    def _output(self, *argv: str) -> str:
        try:
            done = subprocess.run(
                argv, cwd=self.archives, capture_output=True, timeout=TIMEOUT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AptError(
                f"cannot run {argv[0]}: {error}", hint="a Debian system has it"
            ) from error
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise AptError(
                f"{argv[0]} ended with exit status {done.returncode}: {lines[-1] if lines else ''}",
                hint="is the archive reachable, and does apt-get update work?",
            )
        return done.stdout.decode("utf-8", "replace")


def parse_records(text: str) -> Iterator[dict[str, str]]:
    """Read deb822 paragraphs; a continued field keeps its lines, without their first space."""
    for paragraph in text.split("\n\n"):
        record: dict[str, str] = {}
        key = ""
        for line in paragraph.split("\n"):
            if line[:1] in (" ", "\t"):
                if key:
                    record[key] += "\n" + line[1:]
            elif ":" in line:
                key, _, value = line.partition(":")
                record[key] = value.strip()
        if record:
            yield record


def unpack(archive: Path, folder: Path) -> None:
    """Lay a package's files out under `folder`, without installing anything."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["dpkg-deb", "-x", str(archive), str(folder)],
            check=True,
            capture_output=True,
            timeout=TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise AptError(f"cannot unpack {archive}: {error}") from error
