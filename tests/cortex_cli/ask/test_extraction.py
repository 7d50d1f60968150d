import re

import pytest

from benchmarks.reading_sets import readings
from cortex_cli.ask.extraction import extract, measure_cover
from cortex_cli.language.question import Question

TEXT = [
    "DURATION is a number with an optional suffix: 's' for seconds or 'm' for minutes.  A duration "
    "of 0 disables the associated timeout.",
    "-k, --kill-after=DURATION also send a KILL signal if COMMAND is still running.",
    "The settings are kept in /etc/timeout.conf.",
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how do I disable the timeout?", "of 0 disables"),
        ("which option sends a kill signal?", "--kill-after"),
        ("where are the settings kept?", "/etc/timeout.conf"),
        ("¿cómo envío una señal a un comando?", "--kill-after"),
        ("who wrote the program?", None),
        ("how many cows graze there?", None),
        ("", None),
        ("the of and", None),
    ],
)
def test_the_line_that_answers_or_none(question: str, answer: str | None) -> None:
    found = extract(Question(question), TEXT)
    if answer is None:
        assert found is None
    else:
        assert found is not None
        assert answer in found.text


def test_nothing_answers_from_nothing() -> None:
    assert extract(Question("how do I disable the timeout?"), []) is None
    assert extract(Question("how do I disable the timeout?"), ["", "\n"]) is None


def test_the_subject_need_not_be_repeated() -> None:
    text = ["cron wakes up every minute.", "It reads its tables."]
    found = extract(Question("which tables does cron read?"), text, "cron")
    assert found is not None
    assert "tables" in found.text


def test_the_measured_half_stays_as_good() -> None:
    right = shown = 0
    for each in readings("dev"):
        found = extract(Question(each.question), each.paragraphs, each.subject)
        if each.check:
            right += bool(found and re.search(each.check, found.text))
        else:
            shown += found is not None
    assert right >= 52
    assert shown <= 4


def test_how_much_of_a_question_a_text_has() -> None:
    assert measure_cover(Question("disable the timeout"), TEXT) == 1.0
    assert measure_cover(Question("cows graze"), TEXT) == 0.0
    assert measure_cover(Question(""), TEXT) == 0.0


@pytest.mark.parametrize("text", ["a" * 300_000, "a. " * 100_000, "-" * 100_000, "A.\n" * 60_000])
def test_hostile_text_is_read_in_time(text: str) -> None:
    extract(Question("how do I disable the timeout? " + "x_" * 500), [text])
