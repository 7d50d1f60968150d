"""Machines for the tests here: a bare one each, or one with Cortex installed for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machine import CHECKOUT, Machine, machine, why_not
from tests.support.tiny_gguf import write_model
from tests.support.wheels import wheelhouse

INSTALL = str(CHECKOUT / "scripts/install.sh")
# Beside what a machine hides: /tmp is another one there.
SHARED = Path("~/.cache/cortex/tests").expanduser()
# The original project's modules, for the system's Python.
MODULES = (
    "from cortex.daemon_client import CortexDaemonClient\n"
    "from cortex.llm.interpreter import CommandInterpreter\n"
    "print(CortexDaemonClient().ping(), CommandInterpreter(provider='llama_cpp').provider.value)"
)
TINY = "/var/lib/cortex/models/tiny.gguf"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") and (reason := why_not()):
        pytest.skip(reason)


@pytest.fixture(scope="session")
def wheels() -> Path:
    """Everything that an installation needs."""
    return wheelhouse()


@pytest.fixture(scope="session")
def tiny() -> Path:
    """A tiny model where machines see it."""
    SHARED.mkdir(parents=True, exist_ok=True)
    return write_model(SHARED / "tiny.gguf")


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine of its own, with nothing of Cortex."""
    if reason := why_not():
        pytest.skip(reason)
    with machine("bare") as box:
        yield box


@pytest.fixture(scope="module")
def box(request: pytest.FixtureRequest, wheels: Path, tiny: Path) -> Iterator[Machine]:
    """A machine with Cortex installed, the tiny model as its own; shared by a module's tests."""
    if reason := why_not():
        pytest.skip(reason)
    with machine(Path(str(request.path)).stem.replace("_", "-")) as found:
        put_in_model(found, tiny)
        found.run(INSTALL, "--wheels", str(wheels), timeout=300)
        yield found


def put_in_model(box: Machine, tiny: Path) -> None:
    """The tiny model, and settings that name it and spare the machine."""
    box.run("install", "-D", "-m", "644", str(tiny), TINY)
    settings = f"CORTEX_LLM_MODEL_PATH={TINY}\nCORTEX_LLM_THREADS=1\nCORTEX_LLM_ENGINE=xllamacpp\n"
    box.put("/etc/cortex/llm.env", settings, "600")
