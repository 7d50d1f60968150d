from __future__ import annotations

import os
import time

from cortex_cli import programs


def test_what_a_program_prints() -> None:
    assert programs.output_of(os.environ, "printf", "a\\nb") == "a\nb"


def test_a_failure_and_an_absent_program_print_nothing() -> None:
    assert programs.output_of(os.environ, "sh", "-c", "echo x; exit 1") == ""
    assert programs.output_of(os.environ, "no-such-program-here") == ""


def test_one_that_hangs_is_left_behind() -> None:
    began = time.monotonic()
    assert programs.output_of(os.environ, "sleep", "60") == ""
    assert time.monotonic() - began < 10 * programs.TIME_LIMIT_S


def test_the_language_of_the_machine_does_not_matter() -> None:
    environ = {**os.environ, "LC_ALL": "fr_FR.UTF-8"}
    assert programs.output_of(environ, "sh", "-c", "printf $LC_ALL") == "C.UTF-8"
