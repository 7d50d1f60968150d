"""Lint, format, types, shell scripts and the shape of the tree are tests like any other."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT

PACKAGES = ("cortexd", "cortex_cli", "cortex_llm")
# Tests of how several modules work together, beside those that mirror one module each.
OF_THE_WHOLE = {
    "test_attacks.py",
    "test_catalogue.py",
    "test_client_styles.py",
    "test_glossary.py",
    "test_heldout.py",
    "test_injections.py",
    "test_model_server.py",
    "test_real_model.py",
    "test_scripts.py",
    "test_soak.py",
    "test_wheel.py",
}


# Rooms whose modules are tested together, by what goes in and comes out of the whole.
TOGETHER = (
    "cortex_cli/actions/",
    "cortex_cli/concepts/",
    "cortex_cli/error_texts/",
    "cortex_cli/probes/",
)


def run(*command: str) -> None:
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def tool(name: str) -> list[str]:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return [sys.executable, "-m", name]


def test_ruff_check() -> None:
    run(*tool("ruff"), "check")


def test_ruff_format() -> None:
    run(*tool("ruff"), "format", "--check")


def test_mypy() -> None:
    run(*tool("mypy"))


def shell_scripts() -> list[Path]:
    bed = CHECKOUT / "tests/support/testbed"
    folders = [CHECKOUT / "scripts", CHECKOUT / ".ci", bed / "guest"]
    candidates = [path for folder in folders for path in folder.iterdir()]
    candidates += [bed / "kernel", bed / "vm"]
    return sorted(path for path in candidates if path.is_file() and _is_shell(path))


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline()
    return path.suffix == ".sh" or (first.startswith(b"#!") and first.strip().endswith(b"sh"))


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="apt-get install shellcheck")
@pytest.mark.parametrize("path", shell_scripts(), ids=lambda path: path.name)
def test_shellcheck(path: Path) -> None:
    run("shellcheck", str(path))


def mirror_of(source: str) -> str:
    return f"test_{source.strip('_')}.py"


def modules() -> list[Path]:
    return sorted(
        path.relative_to(CHECKOUT)
        for package in PACKAGES
        for path in CHECKOUT.joinpath(package).rglob("*.py")
        if path.name != "__init__.py"
    )


@pytest.mark.parametrize("module", modules(), ids=str)
def test_every_module_has_its_tests(module: Path) -> None:
    mirror = CHECKOUT / "tests" / module.parent / mirror_of(module.stem)
    if module.as_posix().startswith(TOGETHER):
        room = CHECKOUT.joinpath("tests", *module.parts[:2])
        assert list(room.glob("test_*.py")), f"{module.parts[1]} has no tests"
        return
    assert mirror.exists(), f"{module} has no {mirror.relative_to(CHECKOUT)}"


def test_every_test_file_has_its_module() -> None:
    mirrors = {Path("tests", module.parent, mirror_of(module.stem)) for module in modules()}
    found = {
        path.relative_to(CHECKOUT)
        for package in PACKAGES
        for path in CHECKOUT.joinpath("tests", package).rglob("test_*.py")
        if path.name not in OF_THE_WHOLE
        and not path.relative_to(CHECKOUT / "tests").as_posix().startswith(TOGETHER)
    }
    assert found <= mirrors, f"of no module: {sorted(map(str, found - mirrors))}"
