"""scripts/try for real: it sets up, starts both services, asks, and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cortex_cli.index import background
from tests.support.terminal import CTRL_C, terminal
from tests.support.tiny_gguf import write_model

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = Path(os.environ.get("CORTEX_VENV") or CHECKOUT / ".venv")
BUILD_TIMEOUT_S = 120

pytestmark = pytest.mark.skipif(
    not (VENV / ".cortex-setup").exists(),
    reason="this environment was not made by scripts/setup: scripts/try would make it anew",
)


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """No runtime folder, a home of its own, and a model that a test may wait for."""
    with tempfile.TemporaryDirectory(prefix="try-", dir="/tmp") as folder:  # a short path
        yield {**_environ(tmp_path), "TMPDIR": folder}


def _environ(tmp_path: Path) -> dict[str, str]:
    model = write_model(tmp_path / "tiny.gguf", name="tiny-chat")
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "CORTEX_VENV") if name in os.environ
    }
    return {
        **kept,
        "HOME": str(tmp_path),
        "CORTEX_CACHE_DIR": str(tmp_path / "cache"),
        "CORTEX_LLM_MODEL_PATH": str(model),
        # Some machines have 18,000 pages; one has to be enough here.
        "MANPATH": str(tmp_path / "man"),
    }


def leftovers(environ: dict[str, str]) -> list[str]:
    """What this run left; an index that is being built is the cache's, and is waited for."""
    names = []
    for process in psutil.process_iter(["name", "environ", "cmdline"]):
        if (process.info["environ"] or {}).get("TMPDIR") == environ["TMPDIR"]:
            if background.BUILDER in (process.info["cmdline"] or ()):
                process.wait(BUILD_TIMEOUT_S)
            else:
                names.append(str(process.info["name"]))
    return names + [str(path) for path in Path(environ["TMPDIR"]).glob("cortex-try-*")]


def test_a_question_is_answered(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [CHECKOUT / "scripts/try", "--max-tokens", "20", "What is nginx?"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "cortexd and cortex-llm stopped" in done.stderr
    assert leftovers(environ) == []


def test_the_logs_of_a_failure_are_kept(environ: dict[str, str]) -> None:
    Path(environ["CORTEX_LLM_MODEL_PATH"]).write_bytes(b"this is no model")
    done = subprocess.run(
        [CHECKOUT / "scripts/try", "What is nginx?"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (folder,) = Path(environ["TMPDIR"]).glob("cortex-try-*")
    assert f"try: the logs are in {folder}/cortex;" in done.stderr
    assert (folder / "cortex/cortex-llm.log").read_text()


def test_ctrl_c_stops_both(environ: dict[str, str]) -> None:
    command = [str(CHECKOUT / "scripts/try"), "--max-tokens", "1900", "What is it?"]
    with terminal(command, environ) as screen:
        screen.wait_for("is ready at")
        screen.read()
        screen.press(CTRL_C)
        assert screen.ended() == 130
    assert b"Traceback" not in screen.seen
    assert leftovers(environ) == []
