"""No user finds another's prompt in a slot: by the table, and by the real server's counters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.model.prompt_slots import BLOCK_CHARS, PromptSlots
from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.model_server import ModelServer, model_server
from tests.support.users import ALICE, MALLORY, needs_root, public_folder, session_as

SECRET = "{}: the merger with Ouagadougou Holdings is announced on Friday the 13th at noon sharp."
EVALUATED = re.compile(r"^llamacpp:prompt_tokens_total (\d+)$", re.M)


def talk(*texts: str) -> list[dict[str, str]]:
    """A conversation of these turns, each a few blocks long."""
    return [{"role": "user", "content": text * 3 * BLOCK_CHARS} for text in texts]


def use(slots: PromptSlots, uid: int, *texts: str) -> tuple[int, bool]:
    """The slot of one answered request, and whether what it keeps may be used."""
    with slots.hold(uid, talk(*texts)) as held:
        assert held is not None
        held.is_complete = True
    return held.number, held.is_own


def table(count: int) -> PromptSlots:
    slots = PromptSlots()
    slots.resize(count)
    return slots


def test_a_conversation_stays_in_its_slot() -> None:
    slots = table(4)
    assert use(slots, 1, "a") == (0, False)
    assert use(slots, 1, "x") == (1, False)
    assert use(slots, 2, "a") == (2, False)
    assert use(slots, 1, "a", "b", "c") == (0, True)
    assert use(slots, 1, "x", "y", "z") == (1, True)
    assert use(slots, 2, "a", "b", "c") == (2, True)


def test_a_prompt_that_grows_stays_in_its_slot() -> None:
    """As an alert's does while it is read piece by piece."""
    slots = table(4)
    for size in range(BLOCK_CHARS, 20 * BLOCK_CHARS, 50):
        conversation = [{"role": "system", "content": "x" * size}, {"role": "user", "content": "."}]
        with slots.hold(1, conversation) as held:
            assert held is not None
            held.is_complete = True
            assert held.number == 0


def test_who_has_a_slot_takes_none_from_others() -> None:
    slots = table(2)
    use(slots, 1, "a")
    use(slots, 2, "b")
    for text in "cdef":
        assert use(slots, 1, text) == (0, True)
    assert use(slots, 3, "g") == (1, False)  # used longest ago
    assert use(slots, 2, "b", "c") == (0, False)


def test_a_request_at_the_same_time_takes_another_slot() -> None:
    slots = table(2)
    use(slots, 1, "a")
    with (
        slots.hold(1, talk("a", "b")) as first,
        slots.hold(1, talk("a", "b")) as second,
        slots.hold(1, talk("a", "b")) as third,
    ):
        assert first is not None
        assert second is not None
        assert (first.number, first.is_own) == (0, True)
        assert (second.number, second.is_own) == (1, False)
        assert third is None


def test_an_answer_that_broke_off_leaves_a_slot_to_nobody() -> None:
    slots = table(1)
    use(slots, 1, "a")
    with slots.hold(2, talk("a")):
        pass  # it may never have reached the server
    assert use(slots, 2, "a") == (0, False)
    assert use(slots, 2, "a") == (0, True)


def test_a_server_without_slots_has_none() -> None:
    with PromptSlots().hold(1, talk("a")) as held:
        assert held is None


def test_what_was_held_before_a_change_of_the_server_is_forgotten() -> None:
    slots = table(1)
    with slots.hold(1, talk("a")) as held:
        assert held is not None
        slots.resize(2)
        slots.resize(1)
        use(slots, 2, "a")
        held.is_complete = True
    assert use(slots, 1, "a") == (0, False)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["begin", "end", "break", "lose"]), st.integers(0, 5))),
)
def test_no_order_of_requests_shows_a_prompt_to_another(
    count: int, steps: list[tuple[str, int]]
) -> None:
    """``lose``: the request never reaches the server, which keeps what it had."""
    slots = table(count)
    kept: dict[int, int] = {}
    running: list[tuple[Any, Any, int]] = []
    for step, number in steps:
        if step == "begin":
            uid = number % 3
            stack = ExitStack()
            held = stack.enter_context(slots.hold(uid, talk(*"abc"[: number % 4])))
            if held is None:
                assert len(running) == count
                continue
            assert held.number not in [other.number for _, other, _ in running]
            if held.is_own:
                assert kept[held.number] == uid
            running.append((stack, held, uid))
        elif running:
            stack, held, uid = running.pop(number % len(running))
            held.is_complete = step == "end"
            if step != "lose":
                kept[held.number] = uid
            stack.close()
    for stack, _, _ in running:
        stack.close()


@pytest.fixture(scope="module", params=["xllamacpp-4", "xllamacpp-1", "llama-server-4"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[ModelServer, RunningDaemon]]:
    """The model server as the service runs it, and a daemon that many users may reach."""
    engine, _, parallel = request.param.rpartition("-")
    if engine == "llama-server" and not list(
        Path("~/.cache/cortex/llama-server").expanduser().glob("*/llama-server")
    ):
        pytest.skip("no llama-server: scripts/install-llm.sh build")
    settings = {"CORTEX_LLM_PARALLEL": parallel, "CORTEX_LLM_CTX_SIZE": "1024"}
    with (
        public_folder() as folder,
        model_server(
            folder, unix=True, engine=engine, env=settings, options=("--journal-requests",)
        ) as server,
        daemon(folder, {"llm": {"url": f"unix:{server.socket_path}"}}) as cortexd,
    ):
        yield server, cortexd


class Asking:
    """Questions of two users, and how much of them the server evaluated."""

    def __init__(self, server: ModelServer, cortexd: RunningDaemon) -> None:
        self._server = server
        self._cortexd = cortexd

    def count_evaluated(self) -> int:
        text = self._server.request("/metrics")[1]
        found = EVALUATED.search(text)
        assert found, text
        return int(found[1])

    def ask(self, uid: int, prompt: str) -> tuple[int, int]:
        """Tokens of the prompt that the server evaluated, and all of them."""
        before = self.count_evaluated()
        with session_as(self._cortexd, uid) as session:
            session.send({"command": "inference", "prompt": prompt, "max_tokens": 2})
            reply = session.reply()
        assert reply["status"] == "ok", reply
        return self.count_evaluated() - before, reply["data"]["prompt_tokens"]

    def is_known(self, uid: int, prompt: str) -> bool:
        """Whether the server had it; what the template begins with is the same in every prompt."""
        evaluated, whole = self.ask(uid, prompt)
        assert 0 < evaluated <= whole
        return evaluated < whole / 2


@pytest.fixture
def asking(served: tuple[ModelServer, RunningDaemon]) -> Asking:
    return Asking(*served)


@pytest.fixture
def secret() -> str:
    """A text that nobody has asked before."""
    return SECRET.format(uuid.uuid4().hex)


@needs_root
def test_what_one_has_asked_is_new_to_another(asking: Asking, secret: str) -> None:
    assert not asking.is_known(ALICE, secret)
    assert asking.is_known(ALICE, secret)  # else this test would prove nothing
    assert not asking.is_known(MALLORY, secret)
    assert asking.is_known(MALLORY, secret)


@needs_root
def test_what_a_slot_has_given_up_is_not_kept_elsewhere(asking: Asking, secret: str) -> None:
    """The server can keep prompts in memory outside its slots; the service does not."""
    asking.ask(ALICE, secret)
    for number in range(6):
        asking.ask(ALICE, f"{number} quite another text, which drives the first one out")
    assert not asking.is_known(MALLORY, secret)


@needs_root
def test_a_batch_in_every_slot_helps_nobody_else(
    served: tuple[ModelServer, RunningDaemon], asking: Asking, secret: str
) -> None:
    with session_as(served[1], ALICE) as session:
        session.send({"command": "inference.batch", "prompts": [secret] * 8, "max_tokens": 2})
        assert session.reply()["status"] == "ok"
    assert not asking.is_known(MALLORY, secret)


@needs_root
def test_a_request_that_is_given_up_leaves_nothing_behind(
    served: tuple[ModelServer, RunningDaemon], asking: Asking, secret: str
) -> None:
    with session_as(served[1], ALICE) as session:
        session.send({"command": "inference", "prompt": secret, "max_tokens": 900, "stream": True})
        assert session.line()["event"] == "token"
    eventually(lambda: served[1].call("llm.status")["queue"]["running"] == 0, "it is given up")
    assert not asking.is_known(MALLORY, secret)


@needs_root
@pytest.mark.skipif(find_spec("llama_cpp") is None, reason="no llama-cpp-python in .venv")
def test_llama_cpp_python_evaluates_the_whole_prompt_of_another(secret: str) -> None:
    """It has no counters; its log tells what it had of a prompt."""
    with (
        public_folder() as folder,
        model_server(folder, unix=True, engine="llama-cpp-python", flags=["--verbose"]) as server,
        daemon(folder, {"llm": {"url": f"unix:{server.socket_path}"}}) as cortexd,
    ):
        reused = []
        for uid in (ALICE, ALICE, MALLORY, MALLORY, ALICE):
            before = len(server.log_text())
            with session_as(cortexd, uid) as session:
                session.send({"command": "inference", "prompt": secret, "max_tokens": 2})
                assert session.reply()["status"] == "ok"
            reused.append("prefix-match hit" in server.log_text()[before:])
        assert reused == [False, True, False, True, False]
