"""Why it ended, in words."""

from __future__ import annotations

import pytest

from cortex_llm.explain_stop import explain


@pytest.mark.parametrize(
    ("result", "status", "words"),
    [
        ("oom-kill", "9", "MemoryMax is 64 MiB"),
        ("signal", "KILL", "memory"),
        ("core-dump", "SEGV", "CORTEX_LLM_ENGINE=xllamacpp"),
        ("signal", "ILL", "another processor"),
        ("signal", "USR1", "SIGUSR1"),
        ("timeout", "TERM", "took too long"),
        ("exit-code", "2", "llm.env"),
        ("exit-code", "1", "cortex-llm check"),
        ("exit-code", "0", "did not become ready"),
        ("something-new", "", "something-new"),
    ],
)
def test_every_bad_end_says_what_to_do(result: str, status: str, words: str) -> None:
    good, text = explain({"SERVICE_RESULT": result, "EXIT_STATUS": status}, 64 << 20)
    assert not good
    assert words in text
    assert "\n" not in text


def test_a_good_end() -> None:
    assert explain({"SERVICE_RESULT": "success"}, None) == (True, "unloaded; its memory was freed")
