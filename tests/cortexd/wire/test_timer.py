"""A timer runs once, is stopped for good, and can be started again."""

from __future__ import annotations

import asyncio

from cortexd.wire.timer import Timer


def test_it_calls_back_once_and_can_be_started_again() -> None:
    async def scenario() -> None:
        timer = Timer(asyncio.get_running_loop())
        calls: asyncio.Queue[str] = asyncio.Queue()
        timer.start(0, lambda: calls.put_nowait("first"))
        timer.start(0, lambda: calls.put_nowait("refused: it runs"))
        assert timer.is_running
        assert await calls.get() == "first"
        assert not timer.is_running
        timer.start(0, lambda: calls.put_nowait("again"))
        assert await calls.get() == "again"
        assert calls.empty()

    asyncio.run(scenario())


def test_a_callback_may_start_its_timer_again() -> None:
    async def scenario() -> None:
        timer = Timer(asyncio.get_running_loop())
        left = [3]
        done = asyncio.Event()

        def tick() -> None:
            left[0] -= 1
            if left[0]:
                timer.start(0, tick)
            else:
                done.set()

        timer.start(0, tick)
        await done.wait()
        assert left == [0]

    asyncio.run(scenario())


def test_a_stopped_one_never_calls_back() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        timer = Timer(loop)
        timer.stop()  # harmless
        stopped: list[str] = []
        timer.start(0, lambda: stopped.append("called"))
        timer.stop()
        assert not timer.is_running
        later = asyncio.Event()
        loop.call_later(0.01, later.set)  # due after what was stopped
        await later.wait()
        assert stopped == []

    asyncio.run(scenario())
