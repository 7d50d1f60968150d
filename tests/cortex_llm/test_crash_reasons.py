from __future__ import annotations

import signal

from cortex_llm.crash_reasons import OTHER_BUILD, REASONS
from cortex_llm.explain_stop import explain


def test_every_reason_is_one_sentence_that_the_service_says_too() -> None:
    for number, reason in REASONS.items():
        name = signal.Signals(number).name.removeprefix("SIG")
        good, text = explain({"SERVICE_RESULT": "signal", "EXIT_STATUS": name}, None)
        assert not good
        assert text.startswith(reason)
        assert "\n" not in text
        assert "{" not in text


def test_the_way_out_names_what_a_person_can_type() -> None:
    assert "CORTEX_LLM_ENGINE=xllamacpp" in OTHER_BUILD
    assert "install-llm.sh build" in OTHER_BUILD
