from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from cortex_llm.signals import SIGNALS, interrupt_once


@pytest.fixture(autouse=True)
def none_is_ignored() -> Iterator[None]:
    """As in a terminal, even where nohup runs these tests."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_interrupts_and_no_other_one_does(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    taken_back = False
    with pytest.raises(KeyboardInterrupt):
        with interrupt_once():
            try:
                os.kill(os.getpid(), number)
                raise AssertionError("not interrupted")
            except KeyboardInterrupt:
                for each in SIGNALS:
                    os.kill(os.getpid(), each)
                taken_back = True
                raise
    assert taken_back
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_what_was_ignored_still_is() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interrupt_once():
        os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
