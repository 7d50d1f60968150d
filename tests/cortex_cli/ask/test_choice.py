"""What is answered where several answerers have something to say."""

import pytest

from cortex_cli.ask import choice
from cortex_cli.finding import Finding, ShownCommand

UPTIME = ShownCommand((("uptime",),), "uptime")


def explained(sure: float, source: str = "glossary") -> Finding:
    return Finding("explanation", sure, "A meaning.", sources=(source,))


FACT = Finding("fact", 0.99, "The value.\n  a row", (UPTIME,), ("/proc",), value="1")
ACTION = Finding("action", 0.95, "Shows it.", (UPTIME,))
FAILURE = Finding("failure", 0.95, "It failed.")


@pytest.mark.parametrize("sure", [0.95, 0.8])
def test_a_meaning_that_is_asked_for_is_no_action(sure: float) -> None:
    found = choice.choose("what's a socket", "en", [ACTION, explained(sure)])
    assert found is not None
    assert found.kind == "explanation"


def test_a_bare_name_is_an_action() -> None:
    assert choice.choose("firewall", "en", [ACTION, explained(0.6)]) is ACTION


@pytest.mark.parametrize(("language", "here"), [("en", "Here"), ("fr", "Ici"), ("es", "Aquí")])
def test_the_value_stands_beside_the_meaning(language: str, here: str) -> None:
    found = choice.choose("what is the load", language, [FACT, explained(0.8)])
    assert found is not None
    first, second = found.text.splitlines()
    assert first == "A meaning."
    assert second.startswith(here)
    assert second.endswith("The value.")
    assert found.commands == (UPTIME,)
    assert found.sources == ("glossary", "/proc")
    assert found.value == "1"


def test_what_is_worked_out_needs_no_value_beside_it() -> None:
    found = choice.choose("port 22", "en", [FACT, explained(0.95, "IANA")])
    assert found is not None
    assert found.text == "A meaning."


def test_two_things_are_compared_by_no_fact_and_no_action() -> None:
    assert choice.choose("tar vs zip", "en", [FACT, ACTION]) is None
    assert choice.choose("tar VERSUS zip", "en", [ACTION, FAILURE]) is FAILURE
    assert choice.choose("tar and zip", "en", [ACTION]) is ACTION


def test_nothing_found_is_nothing() -> None:
    assert choice.choose("", "en", []) is None


def test_the_very_words_of_an_error_ask_for_no_value() -> None:
    message = Finding("failure", 0.98, "It failed.", sources=("error catalogue: emfile",))
    assert choice.choose("Too many open files", "en", [FACT, message, ACTION]) is message
    assert choice.choose("how many open files", "en", [FACT, FAILURE]) is FACT


def test_a_purpose_gets_neither_a_value_nor_a_command() -> None:
    assert choice.choose("what does the program x do", "en", [FACT, ACTION]) is None
    assert choice.choose("which ip does my phone have", "en", [FACT, ACTION]) is None
