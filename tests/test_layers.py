"""Imports run downwards only, and an idle daemon has loaded nothing that it does not need."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT, daemon

# docs/architecture: each may import what stands below its own line, and its own line.
LAYERS = [
    {"__main__"},
    {"daemon"},
    {"server"},
    {"connection"},
    {"halfclosed", "slots"},
    {"dispatch"},
    {"handlers"},
    {"exposition"},
    {"context"},
    {"queue", "llm", "prompts", "counters", "ratelimit", "samplers"},
    {"completion"},
    {"http", "sse", "render"},
    {"config", "listener"},
    {"access", "systemd", "yamlfile", "log"},
    {"api"},
]
API_LAYERS = [
    {"client", "messages", "dialects", "validation"},
    {"strictjson"},
    {"framing", "errors", "version"},
]
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


def level(name: str, layers: list[set[str]]) -> int:
    for number, layer in enumerate(layers):
        if name in layer:
            return number
    raise AssertionError(f"{name} stands in no layer: give it its place in test_layers.py")


@pytest.mark.parametrize("path", sources("cortexd"), ids=str)
def test_imports_run_downwards(path: Path) -> None:
    inside = path.relative_to(CHECKOUT / "cortexd").with_suffix("").parts
    if inside == ("__init__",):
        return
    own = level(inside[0], LAYERS)
    for module in imported_at_run_time(path):
        parts = module.split(".")
        if parts[0] != "cortexd" or len(parts) == 1:
            assert parts[0] not in ("cortex_cli", "cortex_llm"), f"{path} imports {module}"
            continue
        assert level(parts[1], LAYERS) >= own, f"{inside[0]} imports {parts[1]}, which is above it"
        if inside[0] == "api" and len(inside) > 1 and inside[1] != "__init__" and len(parts) > 2:
            assert level(parts[2], API_LAYERS) >= level(inside[1], API_LAYERS), module


def imported_at_run_time(path: Path) -> Iterator[str]:
    """What a file imports outside of ``if TYPE_CHECKING``."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            inside = CHECKOUT.joinpath(*module.split("."))
            for alias in node.names:
                named = inside / f"{alias.name}.py"
                package = inside / alias.name / "__init__.py"
                yield f"{module}.{alias.name}" if named.exists() or package.exists() else module


@pytest.mark.parametrize("path", sources("cortex_cli"), ids=str)
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
    assert "cortexd.server" in loaded
    assert not HEAVY & {module.split(".")[0] for module in loaded}
