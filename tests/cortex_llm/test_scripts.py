from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.model_server import CHECKOUT

SCRIPTS = [CHECKOUT / "scripts/install-llm.sh", CHECKOUT / "scripts/build-engines"]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPTS[0]), *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck(script: Path) -> None:
    result = subprocess.run(
        ["shellcheck", str(script)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no subcommand was given"),
        (["frobnicate"], "unknown subcommand frobnicate"),
        (["build", "--prefix"], "--prefix needs a value"),
        (["build", "--nonsense", "x"], "build does not know --nonsense"),
    ],
)
def test_usage_errors(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_help() -> None:
    result = run("--help")
    assert result.returncode == 0
    assert "install-llm.sh build [--prefix DIR] [--cache DIR]" in result.stdout


def test_what_is_built_is_not_built_again(tmp_path: Path) -> None:
    kept = tmp_path / "llama-server/9.9"
    kept.mkdir(parents=True)
    (kept / "llama-server").write_text("#!/bin/sh\n")
    (kept / "llama-server").chmod(0o755)
    prefix = tmp_path / "prefix"
    result = run(
        "build",
        "--cache",
        str(tmp_path),
        "--prefix",
        str(prefix),
        CORTEX_LLAMA_CPP_PYTHON_VERSION="9.9",
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{kept}/llama-server\n"
    assert "is built already" in result.stderr
    assert (prefix / "bin/llama-server").resolve().read_text() == "#!/bin/sh\n"
