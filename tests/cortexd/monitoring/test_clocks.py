from __future__ import annotations

import time

from cortexd.monitoring.clocks import JUMP_S, Clocks


def test_time_that_passes_is_no_jump() -> None:
    clocks = Clocks()
    time.sleep(0.05)
    assert clocks.compare() == (0.0, 0.0)


def test_a_clock_that_is_set_is_noticed_once() -> None:
    """The wall clock is an argument: nobody's clock is set here."""
    start = time.time()
    clocks = Clocks(start)
    assert clocks.compare(start + 5).jumped == 0.0
    assert round(clocks.compare(start + 3600).jumped) == 3595
    assert clocks.compare(start + 3600).jumped == 0.0
    assert round(clocks.compare(start - 86400).jumped) == -90000
    assert abs(clocks.compare(start - 86400 + JUMP_S / 2).jumped) == 0.0
