from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from cortexd.config import LlmSection
from cortexd.model.llm import Upstream
from cortexd.rules.model import BASELINE, NEWEST
from cortexd.sources.model import GAP_S, ModelService
from tests.support.daemon import daemon, eventually
from tests.support.fake_llm import FakeLlm, say


def test_its_state_and_that_it_was_ready(tmp_path: Path) -> None:
    async def go(url: str, llm: FakeLlm) -> list[str]:
        upstream = Upstream(LlmSection(url=url))
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
        upstream = Upstream(LlmSection(url=f"unix:{tmp_path}/none"))
        reading = await ModelService(upstream, probe=False).read()
        await upstream.aclose()
        return reading.state

    assert asyncio.run(go()) == "absent"


def test_another_model_has_another_usual_speed(tmp_path: Path) -> None:
    async def go(llm: FakeLlm) -> list[tuple[float, ...]]:
        upstream = Upstream(LlmSection(url=llm.url))
        source = ModelService(upstream)
        seen = []
        for name in ("one", "one", "two"):
            llm.models = json.dumps({"data": [{"id": name}]}).encode()
            upstream.speeds.append(40.0)
            upstream.invalidate()
            seen.append((await source.read()).speeds)
        await upstream.aclose()
        return seen

    with FakeLlm(tmp_path / "s") as llm:
        assert asyncio.run(go(llm)) == [(40.0,), (40.0, 40.0), ()]


def test_slower_than_it_was_is_told_by_a_daemon(tmp_path: Path) -> None:
    """Real answers: twenty quick ones, then as many slow ones as count, by the server's clock."""
    settings = {"monitoring": {"interval_sec": 1, "settle_sec": 0, "enable_units": False,
                               "enable_apt": False, "enable_deps": False}}  # fmt: skip
    with FakeLlm(tmp_path / "llm.sock") as llm:
        with daemon(tmp_path, {**settings, "llm": {"url": llm.url}}) as cortexd:
            for number in range(BASELINE + NEWEST):
                llm.chat = say(*["word "] * 10, speed=200 if number < BASELINE else 33)
                cortexd.call("inference", prompt="x")

            def told() -> list[dict[str, Any]]:
                found = cortexd.call("alerts", type="llm_error")["alerts"]
                return [alert for alert in found if alert["kind"] == "llm_slow"]

            (alert,) = eventually(told, "it is slow", timeout=GAP_S + 20)
            now, usual = (float(alert["metadata"][name]) for name in ("tokens_per_second", "usual"))
            assert (now, usual) == (33, 200)
            assert f"{now:.1f} tokens a second" in alert["message"]


def test_switched_off() -> None:
    assert (
        ModelService(Upstream(LlmSection(url="unix:/none", enabled=False))).explain_absence()
        is not None
    )
