"""The built wheel carries the weights: installed in a clean environment, verified, refused."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cortex_llm.nano.builtin import REINSTALL

CHECKOUT = Path(__file__).parents[3]
SHOW = "from cortex_llm.nano.builtin import find_builtin_model; print(find_builtin_model())"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built by the very backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheel")
    if importlib.util.find_spec("hatchling"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    else:
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(folder), "."]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=170, check=False
    )
    if done.returncode and "hatchling" in done.stderr + done.stdout:
        pytest.skip("the build backend cannot be had here: pip install hatchling")
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment's python, with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    python = folder / "bin/python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
        timeout=120,
    )
    return python


def show(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(python), "-c", SHOW],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_holds_weights_manifests_and_phrases(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for size in ("fixture", "default"):
        assert f"cortex_llm/nano/weights/cortex-nano-{size}-q8_0.gguf" in names
        assert f"cortex_llm/nano/weights/manifest-{size}.json" in names
    assert "cortex_llm/nano/phrases/fr.txt" in names
    assert "cortex_llm/nano/heldout/intent.tsv" in names


def test_installed_weights_are_found_verified_and_refused(python: Path, tmp_path: Path) -> None:
    done = show(python, tmp_path)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert path.is_relative_to(python.parents[1])
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:1000] + b"!" + whole[1001:])
        done = show(python, tmp_path)
        assert done.returncode == 1
        assert f"{path} is damaged: expected sha256" in done.stderr
        path.unlink()
        assert "cannot read the built-in model" in show(python, tmp_path).stderr
    finally:
        path.write_bytes(whole)
    assert REINSTALL.startswith("pip install")
