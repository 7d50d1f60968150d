from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from cortexd.monitoring.collector import RETRY_S, Collector


class Quick:
    def __init__(self, name: str, value: Any = 1, lacks: str | None = None) -> None:
        self.name, self.value, self.lacks = name, value, lacks
        self.reads = 0

    def explain_absence(self) -> str | None:
        return self.lacks

    def read(self) -> Any:
        self.reads += 1
        return self.value() if callable(self.value) else self.value


class Slow(Quick):
    limit_s = 0.2

    def is_due(self, now: float) -> bool:
        return now >= 0

    async def read(self) -> Any:  # type: ignore[override]
        self.reads += 1
        return await self.value()


def test_one_that_raises_hangs_or_is_absent_is_left_out_once_and_the_others_go_on() -> None:
    release = threading.Event()

    def broken() -> None:
        raise ValueError("no good")

    sources = [Quick("a"), Quick("raises", broken), Quick("hangs", release.wait),
               Quick("absent", lacks="not here"), Quick("z", 26)]  # fmt: skip

    async def go() -> Collector:
        collector = Collector(sources, lambda: None, limit_s=0.2)
        first = await collector.collect(0, settled=True)
        second = await collector.collect(1, settled=True)
        assert dict(first) == dict(second) == {"a": 1, "z": 26}
        await collector.close()
        return collector

    collector = asyncio.run(go())
    release.set()
    assert collector.left_out == {
        "raises": "ValueError: no good",
        "hangs": "no answer within 0.2 s",
    }
    assert collector.absent == {"absent": "not here"}
    assert [source.reads for source in sources] == [2, 1, 1, 0, 2]


def test_slow_ones_wait_until_it_has_settled_and_arrive_later() -> None:
    async def answer() -> str:
        return "late"

    async def go() -> None:
        arrived = asyncio.Event()
        collector = Collector([Slow("s", answer)], arrived.set)
        assert await collector.collect(0, settled=False) == []
        assert await collector.collect(0, settled=True) == []
        await arrived.wait()
        assert await collector.collect(-1, settled=True) == [("s", "late")]
        await collector.close()

    asyncio.run(go())


def test_one_that_is_left_out_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """But for one that hangs in the thread; each is told once."""
    release = threading.Event()
    works = False

    def sometimes() -> int:
        if not works:
            raise OSError("not now")
        return 7

    async def program() -> int:
        return sometimes()

    async def go() -> None:
        nonlocal works
        hangs = Quick("hangs", release.wait)
        sources = [Quick("quick", sometimes), Slow("slow", program), hangs]
        collector = Collector(sources, lambda: None, limit_s=0.2)

        async def collect(now: float) -> dict[str, Any]:
            readings = dict(await collector.collect(now, settled=True))
            await asyncio.sleep(0.05)  # for the program's end
            return readings | dict(await collector.collect(now, settled=True))

        assert await collect(0) == {}
        assert await collect(RETRY_S - 1) == {}
        assert await collect(RETRY_S + 1) == {}  # in vain
        works = True
        assert await collect(RETRY_S * 2) == {}  # it is not time yet
        assert await collect(RETRY_S * 2 + 1) == {"quick": 7, "slow": 7}
        assert set(collector.left_out) == {"hangs"}
        assert hangs.reads == 1
        await collector.close()

    asyncio.run(go())
    release.set()
    assert caplog.text.count("is no longer monitored") == 3


def test_a_slow_one_that_hangs_or_raises() -> None:
    async def never() -> None:
        await asyncio.sleep(100)

    async def broken() -> None:
        raise OSError("gone")

    async def go() -> dict[str, str]:
        collector = Collector([Slow("never", never), Slow("broken", broken)], lambda: None)
        await collector.collect(0, settled=True)
        await asyncio.sleep(0.5)
        assert await collector.collect(1, settled=True) == []
        await collector.close()
        return collector.left_out

    left_out = asyncio.run(go())
    assert left_out["never"] == "no answer within 0.2 s"
    assert left_out["broken"] == "OSError: gone"
