"""Turns at the model: bounded, fair, by priority, and never lost, whoever is cancelled when."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.errors import DaemonBusy
from cortexd.config import LimitsSection
from cortexd.model.queue import InferenceQueue, Priority

PERSON, BATCH, BACKGROUND = Priority


class Users:
    """Requests of several users at one queue, in one event loop."""

    def __init__(self, limit: int = 100, slots: int = 1, per_user: int | None = None) -> None:
        self.queue = InferenceQueue(LimitsSection(queue_size=limit), slots, per_user)
        self.order: list[tuple[int, str]] = []
        self.running: dict[asyncio.Task[None], asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.refused = 0

    async def _one(self, uid: int, name: str, priority: Priority, end: asyncio.Event) -> None:
        try:
            async with self.queue.turn(uid, priority):
                self.order.append((uid, name))
                await end.wait()
        except DaemonBusy:
            self.refused += 1

    def ask(self, uid: int, name: str = "", priority: Priority = PERSON) -> asyncio.Task[None]:
        end = asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._one(uid, name, priority, end))
        self.tasks.append(task)
        self.running[task] = end
        return task

    def end(self, task: asyncio.Task[None]) -> None:
        self.running[task].set()

    async def end_all(self) -> None:
        for task in self.tasks:
            self.end(task)
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(scenario: Any) -> None:
    asyncio.run(scenario)


def test_users_take_turns_however_much_one_asks() -> None:
    async def scenario() -> None:
        users = Users()
        for number in range(5):
            users.ask(1, f"a{number}")
        await settle()
        for number in range(2):
            users.ask(2, f"b{number}")
        users.ask(3, "c0")
        await settle()
        await users.end_all()
        names = [name for _, name in users.order]
        assert names == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4"]

    run(scenario())


def test_priorities_go_first() -> None:
    async def scenario() -> None:
        users = Users()
        users.ask(1, "first", BACKGROUND)
        await settle()
        for priority in (BACKGROUND, BATCH, PERSON):
            users.ask(1, priority.name, priority)
        await settle()
        await users.end_all()
        assert [name for _, name in users.order] == ["first", "PERSON", "BATCH", "BACKGROUND"]

    run(scenario())


def test_the_bound() -> None:
    async def scenario() -> None:
        users = Users(limit=3, slots=2)
        for _ in range(3):
            users.ask(1)
        await settle()
        with pytest.raises(DaemonBusy) as caught:
            async with users.queue.turn(2, PERSON):
                pass
        assert caught.value.details == {"queue_size": 1, "retry_after_s": 1.0}
        assert "the limit is 3" in caught.value.message
        await users.end_all()
        assert (users.queue.running, users.queue.waiting) == (0, 0)

    run(scenario())


def test_one_user_cannot_fill_it_for_others() -> None:
    async def scenario() -> None:
        users = Users(limit=10)
        mine = [users.ask(1, f"a{number}", BATCH if number > 5 else PERSON) for number in range(10)]
        await settle()
        users.ask(1)
        await settle()
        assert users.refused == 1  # one's own requests give way to nobody of one's own
        others = [users.ask(uid, f"b{uid}") for uid in (2, 3, 2, 2, 2, 2)]
        await settle()
        assert users.queue.running + users.queue.waiting == 10
        # nine waited; 2 and 3 came to four and one: with five to four nobody gives way any more
        assert users.refused == 1 + len(others)
        assert [task.done() for task in mine].count(True) == 4 + 1
        await users.end_all()
        names = [name for _, name in users.order]
        assert names[0] == "a0"
        assert {"b2", "b3"} <= set(names)
        assert not {"a9", "a8", "a7", "a6"} & set(names)  # the batch went before the questions
        assert (users.queue.running, users.queue.waiting) == (0, 0)

    run(scenario())


def test_who_gives_way_is_told_that_the_queue_is_full() -> None:
    async def scenario() -> None:
        queue = InferenceQueue(LimitsSection(queue_size=2))
        end = asyncio.Event()

        async def ask(uid: int) -> None:
            async with queue.turn(uid, PERSON):
                await end.wait()

        first, second = (asyncio.create_task(ask(1)) for _ in range(2))
        await settle()
        third = asyncio.create_task(ask(2))
        await settle()
        assert third.done()  # one waits, and one more of another user's would be no fewer
        queue.configure(LimitsSection(queue_size=3))
        fourth = asyncio.create_task(ask(1))
        await settle()
        fifth = asyncio.create_task(ask(2))
        await settle()
        assert isinstance(fourth.exception(), DaemonBusy)
        assert "the limit is 3" in str(fourth.exception())
        end.set()
        await asyncio.gather(first, second, fifth)
        assert isinstance(third.exception(), DaemonBusy)

    run(scenario())


def test_more_slots_let_waiting_requests_in_at_once() -> None:
    async def scenario() -> None:
        users = Users()
        for _ in range(5):
            users.ask(1)
        await settle()
        assert (users.queue.running, users.queue.waiting) == (1, 4)
        users.queue.set_slots(3)
        await settle()
        assert (users.queue.running, users.queue.waiting) == (3, 2)
        users.queue.set_slots(1)
        await settle()
        assert users.queue.running == 3  # who runs is not thrown out
        await users.end_all()
        assert users.queue.running == 0

    run(scenario())


def test_one_cancelled_while_another_ends_in_the_same_instant() -> None:
    async def scenario() -> None:
        users = Users()
        first, second, third = (users.ask(uid) for uid in (1, 2, 2))
        await settle()
        second.cancel()
        first.cancel()
        await settle()
        assert second.cancelled()
        assert [uid for uid, _ in users.order] == [1, 2]
        third.cancel()
        await settle()
        assert (users.queue.running, users.queue.waiting) == (0, 0)

    run(scenario())


def test_background_work_runs_alone_and_gives_way() -> None:
    async def scenario() -> None:
        queue = InferenceQueue(LimitsSection(), slots=4)
        abandoned = asyncio.Event()

        async def work() -> str:
            try:
                await asyncio.sleep(3600)
            finally:
                abandoned.set()
            return "done"

        async def analyse() -> str | None:
            async with queue.turn(0, BACKGROUND):
                return await queue.give_way(work())

        async with queue.turn(1, PERSON):
            analysis = asyncio.ensure_future(analyse())
            await settle()
            assert (queue.running, queue.waiting) == (1, 1)  # three slots are free
        await settle()
        assert (queue.running, queue.waiting) == (1, 0)
        async with queue.turn(1, PERSON):  # it has a slot of its own
            await abandoned.wait()
            assert await analysis is None

    run(scenario())


@pytest.mark.parametrize("fails", [False, True])
def test_background_work_that_nobody_disturbs(fails: bool) -> None:
    async def scenario() -> None:
        async def work() -> str:
            await asyncio.sleep(0)
            if fails:
                raise DaemonBusy("x")
            return "done"

        queue = InferenceQueue(LimitsSection())
        if fails:
            with pytest.raises(DaemonBusy):
                await queue.give_way(work())
        else:
            assert await queue.give_way(work()) == "done"

    run(scenario())


steps = st.one_of(
    st.tuples(st.just("ask"), st.integers(1, 3), st.sampled_from(list(Priority))),
    st.tuples(st.just("cancel"), st.integers(0, 30)),
    st.tuples(st.just("end"), st.integers(0, 30)),
    st.tuples(st.just("slots"), st.integers(1, 4)),
    st.tuples(st.just("settle")),
)


@given(st.lists(steps, max_size=60), st.integers(1, 8))
def test_no_turn_is_ever_lost(script: list[tuple[Any, ...]], limit: int) -> None:
    async def scenario() -> None:
        users = Users(limit)
        for step in script:
            match step:
                case ("ask", uid, priority):
                    users.ask(uid, "", priority)
                case ("cancel", number) if users.tasks:
                    users.tasks[number % len(users.tasks)].cancel()
                case ("end", number) if users.tasks:
                    users.end(users.tasks[number % len(users.tasks)])
                case ("slots", number):
                    users.queue.set_slots(number)
                case ("settle",):
                    await settle()
                    if users.queue.running == 0:
                        assert users.queue.waiting == 0
                    elif users.queue.running < users.queue.slots:  # background work runs alone
                        assert users.queue.waiting == users.queue.count_waiting(BACKGROUND)
            assert users.queue.running + users.queue.waiting <= limit
        await settle()
        await users.end_all()
        outcomes = Counter(
            "cancelled" if task.cancelled() else repr(task.exception()) for task in users.tasks
        )
        assert set(outcomes) <= {"cancelled", "None"}
        assert (users.queue.running, users.queue.waiting) == (0, 0)

    run(scenario())


def test_a_user_gets_no_more_turns_at_a_time_than_are_allowed() -> None:
    async def scenario() -> None:
        users = Users(slots=2, per_user=1)
        first = users.ask(1, "a")
        users.ask(1, "b")
        await settle()
        assert users.order == [(1, "a")]
        users.ask(2, "c")  # the other slot is free for somebody else
        await settle()
        assert users.order == [(1, "a"), (2, "c")]
        users.end(first)
        await settle()
        assert users.order == [(1, "a"), (2, "c"), (1, "b")]
        await users.end_all()
        assert users.queue.running == users.queue.waiting == 0

    run(scenario())
