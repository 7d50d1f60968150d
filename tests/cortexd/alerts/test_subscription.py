from __future__ import annotations

import asyncio

from cortexd.alerts.subscription import MAX_BACKLOG, Publisher, Subscription


async def read_events(subscription: Subscription) -> list[tuple[str, dict[str, int]]]:
    return [event async for event in subscription]


def test_each_gets_what_it_wants_and_an_end() -> None:
    async def go() -> None:
        publisher = Publisher()
        every = publisher.subscribe(lambda _: True)
        odd = publisher.subscribe(lambda data: data["n"] % 2 == 1)
        both = asyncio.gather(read_events(every), read_events(odd))
        await asyncio.sleep(0)
        for number in range(4):
            publisher.publish("e", {"n": number})
        publisher.close()
        first, second = await both
        assert [data["n"] for _, data in first] == [0, 1, 2, 3]
        assert [data["n"] for _, data in second] == [1, 3]

    asyncio.run(go())


def test_one_that_does_not_keep_up_is_told_what_it_missed() -> None:
    async def go() -> None:
        publisher = Publisher()
        slow = publisher.subscribe(lambda _: True)
        for number in range(MAX_BACKLOG + 7):
            publisher.publish("e", {"n": number})
        publisher.close()
        events = await read_events(slow)
        assert events[0] == ("alerts.missed", {"count": 7})
        assert events[1] == ("e", {"n": 7})
        assert len(events) == MAX_BACKLOG + 1
        slow.close()
        assert publisher.listeners == set()

    asyncio.run(go())
