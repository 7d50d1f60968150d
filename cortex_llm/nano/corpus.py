"""Builds the corpus: package metadata, manuals and documentation, with a manifest of sources.

Everything comes from Debian's archive through apt, but for the product's own catalogue of
intents, whose phrases say what people ask for. The result is four files of JSON lines, in an
order that depends on nothing but their content, and `corpus.json`, which names every source
with its version, checksum and licences.
"""

from __future__ import annotations

import collections
import gzip
import hashlib
import importlib.resources
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from cortex_llm.nano import documents
from cortex_llm.nano.apt import PrivateApt, parse_records, unpack

#: Prose under clean licences, and the programs whose manuals people ask about.
SOURCES = (
    *("debian-reference-en", "debian-reference-fr", "debian-reference-es", "debian-policy"),
    *("developers-reference", "harden-doc", "debian-faq", "manpages", "manpages-fr"),
    *("manpages-es", "coreutils", "findutils", "grep", "sed", "tar", "gzip", "util-linux"),
    *("procps", "psmisc", "iproute2", "openssh-client", "curl", "wget", "rsync", "systemd"),
    *("apt", "dpkg", "less", "cron", "mount", "passwd", "e2fsprogs", "kmod", "sudo", "adduser"),
    *("iputils-ping", "lsof", "htop", "tmux", "zip", "unzip", "diffutils", "file", "bc"),
)
#: How much another package's wish for a package says of its use.
WISHES = {"Depends": 0.5, "Pre-Depends": 0.5, "Recommends": 2.0, "Suggests": 2.0, "Enhances": 2.0}
LANGUAGES = ("en", "fr", "es")
DESCRIPTIONS_LICENCE = "as each package's debian/copyright; translations by Debian's DDTP, the same"
_LANGUAGE_NAMES = re.compile(r"[./](fr|es)(?:\.html|/|\.)")
_MANUAL = re.compile(r"usr/share/man/(?:(fr|es)/)?man([1578])/([^/]+)\.\d[^/]*\.gz$")


def build(
    folder: Path, sources: Path | None = None, names: Sequence[str] = SOURCES
) -> dict[str, Any]:
    """Fetch and write the corpus into `folder`; returns its manifest.

    `names` are the packages whose documentation is read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    apt = PrivateApt(folder, sources)
    apt.update()
    packages = list(read_packages(apt))
    archives = apt.download(list(names))
    manuals: list[dict[str, Any]] = []
    texts: set[tuple[str, str]] = set()
    sourced: list[dict[str, Any]] = []
    for archive in archives:
        tree = folder / "unpacked" / archive.stem
        unpack(archive, tree)
        manuals += _manuals(tree)
        texts.update(_texts(tree))
        sourced.append(_source(archive, tree))
    manuals.sort(key=lambda page: (page["name"], page["language"], page["section"]))
    written = {
        "packages": _write(folder / "packages.jsonl", packages),
        "manuals": _write(folder / "manuals.jsonl", manuals),
        "texts": _write(
            folder / "texts.jsonl", [{"language": a, "text": b} for a, b in sorted(texts)]
        ),
        "catalogue": _write(folder / "catalogue.jsonl", read_catalogue()),
    }
    manifest = {
        "descriptions": {
            "lists": {path.name: _sha256(path) for path in sorted(apt.lists.glob("*_*.*"))},
            "licence": DESCRIPTIONS_LICENCE,
        },
        "documentation": sourced,
        "files": written,
    }
    (folder / "corpus.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return manifest


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """Read one of the corpus's files: packages, manuals, texts or catalogue."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def read_catalogue() -> list[dict[str, Any]]:
    """The catalogue's intents by their ids: phrases by language, and packages, best first.

    It is data of the command's package; nothing of the command is imported.
    """
    intents = []
    for entry in (
        importlib.resources.files("cortex_cli").joinpath("packages", "catalogue").iterdir()
    ):
        if entry.name.endswith(".yaml"):
            intents += yaml.safe_load(entry.read_text("utf-8"))
    kept = ("id", *LANGUAGES, "packages")
    rows = ({key: intent.get(key, []) for key in kept} for intent in intents)
    return sorted(rows, key=lambda row: str(row["id"]))


def read_packages(apt: PrivateApt) -> Iterator[dict[str, Any]]:
    """One record a package, by name: descriptions by language, tags, popularity."""
    words: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for language, texts in words.items():
        for record in apt.records(f"Translation-{language}"):
            texts[record.get("Description-md5", "")] = record.get(f"Description-{language}", "")
    packages: dict[str, dict[str, Any]] = {}
    wished: dict[str, float] = collections.defaultdict(float)
    for record in apt.records("_Packages"):
        name = record.get("Package", "")
        for field, weight in WISHES.items():
            for wanted in _names(record.get(field, "")):
                wished[wanted] += weight
        package = packages.setdefault(name, _package(record))
        if not package["tags"] and "Tag" in record:  # the security suite's records have none
            package["tags"] = _tags(record)
        for language, texts in words.items():
            text = texts.get(record.get("Description-md5", ""))
            if text and language not in package["short"]:
                short, _, long = text.partition("\n")
                package["short"][language] = short.strip()
                package["long"][language] = _paragraphs(long)
    for name in sorted(packages):
        package = packages[name]
        if "en" in package["short"]:
            package["popular"] = round(math.log1p(wished[name]), 3)
            yield package


def _package(record: dict[str, str]) -> dict[str, Any]:
    return {
        "name": record["Package"],
        "version": record.get("Version", ""),
        "section": record.get("Section", ""),
        "homepage": record.get("Homepage", ""),
        "size": int(record.get("Installed-Size", 0)),
        "tags": _tags(record),
        "short": {},
        "long": {},
    }


def _tags(record: dict[str, str]) -> list[str]:
    return [tag for tag in re.split(r"[,\s]+", record.get("Tag", "")) if tag]


def _names(field: str) -> set[str]:
    return {part.split()[0].split(":")[0] for part in re.split(r"[,|]", field) if part.strip()}


def _paragraphs(long: str) -> str:
    return re.sub(r"\n\.\n", "\n\n", long).strip()


def _manuals(tree: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(tree.rglob("*.gz")):
        named = _MANUAL.search(str(path))
        if not named or path.is_symlink():
            continue
        page = documents.parse_manual(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))
        if page.summary:
            yield {
                "name": named[3],
                "section": named[2],
                "language": named[1] or "en",
                "summary": page.summary,
                "options": page.options,
                "paragraphs": page.paragraphs,
            }


def _texts(tree: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((tree / "usr/share").rglob("*.html")):
        if path.is_file() and not path.is_symlink():
            match = _LANGUAGE_NAMES.search(str(path)) or re.search(r"-(fr|es)_", str(path))
            language = match[1] if match else "en"
            for text in documents.html_paragraphs(path.read_text("utf-8", "replace")):
                yield language, text


def _source(archive: Path, tree: Path) -> dict[str, Any]:
    name, version, _ = archive.stem.split("_")
    copyright_file = tree / f"usr/share/doc/{name}/copyright"
    text = copyright_file.read_text("utf-8", "replace") if copyright_file.is_file() else ""
    licences = {
        record["License"].split("\n")[0] for record in parse_records(text) if "License" in record
    }
    return {
        "package": name,
        "version": version.replace("%3a", ":"),
        "sha256": _sha256(archive),
        "licences": sorted(licences - {""}) or ["see its debian/copyright"],
        "copyright_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return {"rows": count, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
