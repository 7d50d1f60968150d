from __future__ import annotations

import asyncio
import threading

import pytest

from cortexd.worker import MAX_LEFT_BEHIND, Hung, Worker


def test_results_and_errors_come_back() -> None:
    async def go() -> None:
        worker = Worker("w")
        assert await worker.call(lambda: threading.current_thread().name, 5) == "w"
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0, 5)
        worker.close()

    asyncio.run(go())


def test_a_call_that_hangs_keeps_nobody() -> None:
    async def go() -> None:
        worker = Worker("w")
        release = threading.Event()
        with pytest.raises(Hung, match=r"no answer within 0\.05 s"):
            await worker.call(release.wait, 0.05)
        assert await worker.call(lambda: 5, 5) == 5
        release.set()
        worker.close()

    asyncio.run(go())


def test_threads_do_not_pile_up() -> None:
    async def go() -> None:
        worker = Worker("w")
        release = threading.Event()
        for _ in range(MAX_LEFT_BEHIND):
            with pytest.raises(Hung):
                await worker.call(release.wait, 0.01)
        with pytest.raises(Hung, match="have never returned"):
            await worker.call(lambda: 5, 5)
        release.set()

    asyncio.run(go())
