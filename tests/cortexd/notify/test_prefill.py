"""A long prompt in pieces, none of which holds up a person for long."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cortexd.config import LlmSection
from cortexd.model.llm import Upstream
from cortexd.notify.prefill import MIN_CHARS, choose_size, cut_messages, read_ahead
from tests.support.fake_llm import Exchange, FakeLlm

MESSAGES = [{"role": "system", "content": "abcdef"}, {"role": "user", "content": "ghij"}]


@pytest.mark.parametrize(
    ("chars", "system", "user"), [(0, ".", "."), (3, "abc", "."), (6, "abcdef", "."),
                                  (8, "abcdef", "gh"), (99, "abcdef", "ghij")],
)  # fmt: skip
def test_a_conversation_is_cut_by_characters(chars: int, system: str, user: str) -> None:
    assert [turn["content"] for turn in cut_messages(MESSAGES, chars)] == [system, user]


def test_pieces_take_about_as_long() -> None:
    assert choose_size(100, 0.2) == 50
    assert choose_size(100, 0.05) == 200
    assert choose_size(100, 0.0) == 300  # it grows by steps
    assert choose_size(100, 60) == MIN_CHARS


def ask(llm: FakeLlm, chars: int) -> list[int]:
    """The lengths of the prompts that the server got."""

    async def go() -> None:
        upstream = Upstream(LlmSection(url=llm.url))
        messages = [{"role": "user", "content": "x" * chars}]
        await read_ahead(upstream, messages, 1.0, 7)
        await upstream.aclose()

    asyncio.run(go())
    return [len(exchange.prompt) for exchange in llm.seen]


def keeps(cached: int) -> object:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.event({"choices": [{"delta": {"content": "a"}, "finish_reason": "length"}]})
        exchange.event({"choices": [], "timings": {"cache_n": cached}})
        exchange.event(b"[DONE]")
        exchange.raw(b"0\r\n\r\n")

    return script


def test_the_prompt_grows_until_it_is_nearly_whole(tmp_path: Path) -> None:
    with FakeLlm(tmp_path / "s", chat=keeps(5)) as llm:  # type: ignore[arg-type]
        lengths = ask(llm, 20_000)
        slots = [(each.body["id_slot"], each.body["cache_prompt"]) for each in llm.seen]
    assert slots == [(0, False), *[(0, True)] * (len(lengths) - 1)]
    assert lengths == sorted(lengths)
    assert lengths[0] < 100
    assert lengths[-1] < 20_000
    assert all(exchange.body["max_tokens"] == 1 for exchange in llm.seen)


def test_a_server_that_keeps_nothing_is_not_asked_again(tmp_path: Path) -> None:
    with FakeLlm(tmp_path / "s", chat=keeps(0)) as llm:  # type: ignore[arg-type]
        assert ask(llm, 20_000)[-1] < 5_000
