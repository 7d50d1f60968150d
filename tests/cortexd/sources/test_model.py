from __future__ import annotations

import asyncio
from pathlib import Path

from cortexd.llm import Upstream
from cortexd.sources.model import ModelService
from tests.support.fake_llm import FakeLlm


def test_its_state_and_that_it_was_ready(tmp_path: Path) -> None:
    async def go(url: str, llm: FakeLlm) -> list[str]:
        upstream = Upstream(url)
        source = ModelService(upstream)
        first = await source.read()
        llm.stop()
        await asyncio.sleep(1.1)  # what is known is fresh for a second
        second = await source.read()
        await upstream.aclose()
        assert second.was_ready
        return [first.state, second.state]

    with FakeLlm(tmp_path / "s") as llm:
        assert asyncio.run(go(llm.url, llm)) == ["ready", "absent"]
        llm.start()


def test_it_is_not_asked_where_asking_would_start_it(tmp_path: Path) -> None:
    async def go() -> str:
        upstream = Upstream(f"unix:{tmp_path}/none")
        reading = await ModelService(upstream, probe=False).read()
        await upstream.aclose()
        return reading.state

    assert asyncio.run(go()) == "absent"


def test_speeds_are_remembered_once_each() -> None:
    upstream = Upstream("unix:/none")
    source = ModelService(upstream)
    for speed in (40.0, 40.0, 38.0, None):
        upstream.tokens_per_second = speed
        source.due(0)
    assert list(source._speeds) == [40.0, 38.0]


def test_switched_off() -> None:
    assert ModelService(Upstream("unix:/none", enabled=False)).missing() is not None
