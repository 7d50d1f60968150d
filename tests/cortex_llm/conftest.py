"""What the tests of cortex_llm share: a tiny model, and the engines there are."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from tests.support.model_server import clean_environment
from tests.support.tiny_gguf import write_model


def native_server() -> Path | None:
    """The native llama-server: CORTEX_LLM_SERVER, PATH, or what install-llm.sh has built."""
    named = os.environ.get("CORTEX_LLM_SERVER") or shutil.which("llama-server")
    if named:
        return Path(named)
    built = Path("~/.cache/cortex/llama-server").expanduser().glob("*/llama-server")
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


NATIVE = native_server()  # now: tests run without the settings of this machine
ENGINES = [
    pytest.param("xllamacpp", id="xllamacpp"),
    pytest.param("llama-server", id="native", marks=pytest.mark.native),
    pytest.param("llama-cpp-python", id="llama-cpp-python", marks=pytest.mark.llama_cpp_python),
]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("native") and NATIVE is None:
        pytest.skip("no native llama-server; scripts/build-engines makes one")
    if item.get_closest_marker("llama_cpp_python") and not importlib.util.find_spec("llama_cpp"):
        pytest.skip("llama-cpp-python is not installed; scripts/build-engines does it")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture
def engine_env(engine: str) -> dict[str, str]:
    """The settings that an engine needs to be found."""
    return {"CORTEX_LLM_SERVER": str(NATIVE)} if engine == "llama-server" else {}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a profile; nobody may change it."""
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    return write_model(path, extra_kv={"cortex.profile": "test-profile"})


@pytest.fixture(autouse=True)
def settings_of_this_machine_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = clean_environment()
    for name in set(os.environ) - set(clean):
        monkeypatch.delenv(name)
    for name, value in clean.items():
        monkeypatch.setenv(name, value)
