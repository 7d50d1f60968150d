"""Imports run downwards only, and an idle daemon has loaded nothing that it does not need."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT, daemon

# Loaded by an idle daemon they would be paid for by everybody.
HEAVY = {"openai", "jinja2", "pydantic", "httpx", "click", "rich", "numpy", "xllamacpp"}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, but for types."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def sources(package: str) -> list[Path]:
    return sorted((CHECKOUT / package).rglob("*.py"))


def test_imports_run_downwards() -> None:
    """The contracts of pyproject.toml: layers of each package, nothing in a circle."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*sources("cortex_cli"), *sources("cortex")], ids=str)
def test_the_command_knows_of_the_daemon_only_its_api(path: Path) -> None:
    for module in imported(path):
        if module.split(".")[0] == "cortexd":
            assert module.split(".")[1:2] in (["api"], []), f"{path} imports {module}"


@pytest.mark.parametrize("path", sources("cortex_llm"), ids=str)
def test_the_model_runner_knows_of_neither(path: Path) -> None:
    for module in imported(path):
        assert module.split(".")[0] not in ("cortexd", "cortex_cli"), f"{path} imports {module}"


def test_an_idle_daemon_has_loaded_nothing_heavy(tmp_path: Path) -> None:
    """As the kernel sees it: no file of such a package is mapped or was ever opened."""
    program = (
        "import sys, atexit, cortexd.__main__ as program\n"
        "atexit.register(lambda: print('LOADED', *sys.modules))\n"
        "sys.exit(program.main(sys.argv[1:]))"
    )
    argv = [sys.executable, "-c", program, "--config", str(tmp_path / "daemon.yaml")]
    with daemon(tmp_path, argv=argv) as cortexd:
        for command in ("ping", "status", "health", "metrics", "help", "config.get"):
            cortexd.call(command)
        cortexd.stop()
        loaded = cortexd.log_text().partition("LOADED")[2].split()
    assert "cortexd.wire.server" in loaded
    assert not HEAVY & {module.split(".")[0] for module in loaded}
