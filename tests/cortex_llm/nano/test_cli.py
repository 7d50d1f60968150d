"""The commands of `cortex-llm nano`: real processes, clear errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_llm.nano import cli


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "cortex_llm", "nano", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in ("corpus", "train", "export", "evaluate"):
        assert name in done.stdout


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys, argparse; from cortex_llm.nano import cli;"
        "cli.add_parser(argparse.ArgumentParser().add_subparsers());"
        "print([n for n in ('torch', 'numpy', 'tokenizers', 'xllamacpp') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_training_without_a_corpus(tmp_path: Path) -> None:
    done = run("train", "--size", "fixture", "--home", str(tmp_path))
    assert done.returncode == 1
    assert "corpus" in done.stderr or "not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_size(tmp_path: Path) -> None:
    done = run("train", "--size", "huge", "--home", str(tmp_path))
    assert done.returncode == 2
    assert "fixture" in done.stderr


def test_a_missing_library_is_named() -> None:
    with pytest.raises(Exception, match="no_such_module") as caught:
        cli._load("no_such_module")
    assert caught.type is ModuleNotFoundError  # one of our own is a defect, not a missing extra


def test_evaluate_prints_a_table() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra llm")
    done = run("evaluate", "--development", "--size", "fixture")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("| measure | value [95 % interval] |")
    done = run("evaluate", "--development", "--size", "fixture", "--json")
    assert json.loads(done.stdout)["intent, held-out requests"]["count"] > 90
