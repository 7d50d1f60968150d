"""What the daemon's tests share: a daemon with a scripted model, and one without any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, daemon
from tests.support.fake_llm import FakeLlm


@pytest.fixture(scope="module")
def cortexd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """A daemon without a model, shared by a module's tests; none may change it."""
    with daemon(tmp_path_factory.mktemp("d")) as running:
        yield running


@pytest.fixture
def llm(tmp_path: Path) -> Iterator[FakeLlm]:
    """A scripted model server on a Unix socket."""
    with FakeLlm(tmp_path / "llm.sock") as server:
        yield server


@pytest.fixture
def asked(tmp_path: Path, llm: FakeLlm) -> Iterator[RunningDaemon]:
    """A daemon that asks the scripted model server."""
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as running:
        yield running
