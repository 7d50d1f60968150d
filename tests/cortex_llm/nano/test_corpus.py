"""The corpus from a real archive: its rows, and a manifest that names every source."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cortex_llm.nano import corpus
from tests.cortex_llm.nano.test_apt import archive, needs_apt


@needs_apt
def test_a_corpus_and_its_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    manifest = corpus.build(folder, archive(tmp_path), ["hello-nano"])
    assert json.loads((folder / "corpus.json").read_text()) == manifest
    (source,) = manifest["documentation"]
    assert source["package"] == "hello-nano"
    assert source["version"] == "1.0"
    assert source["licences"] == ["Expat", "GPL-2+"]
    assert len(source["sha256"]) == len(source["copyright_sha256"]) == 64
    assert all(len(digest) == 64 for digest in manifest["descriptions"]["lists"].values())
    (page,) = corpus.load(folder, "manuals")
    assert (page["name"], page["summary"]) == ("hello-nano", "say hello")
    assert page["options"] == [["-x", "loudly"]]
    (text,) = corpus.load(folder, "texts")
    assert text["text"].startswith("This paragraph")
    intents = {row["id"]: row for row in corpus.load(folder, "catalogue")}
    assert "audacity" in intents["audio-editor"]["packages"]
    assert all(intents["audio-editor"][language] for language in corpus.LANGUAGES)
    for name, part in manifest["files"].items():
        found = hashlib.sha256((folder / f"{name}.jsonl").read_bytes()).hexdigest()
        assert found == part["sha256"]


@needs_apt
def test_the_same_archive_gives_the_same_files(tmp_path: Path) -> None:
    sources = archive(tmp_path)
    first = corpus.build(tmp_path / "one", sources, ["hello-nano"])
    second = corpus.build(tmp_path / "two", sources, ["hello-nano"])
    assert first["files"] == second["files"]
