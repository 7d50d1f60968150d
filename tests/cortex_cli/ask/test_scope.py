"""What this machine cannot know, and what asks for a purpose."""

import time

import pytest

from cortex_cli.ask import scope


@pytest.mark.parametrize(
    "question",
    [
        "which IP does my phone have right now",
        "what is my neighbour's ip address",
        "¿cuánta memoria tiene el portátil de mi jefe?",
        "quel est le nom d'hôte du serveur de mon voisin",
        "¿cuál es la ip de la impresora de la oficina de Madrid?",
        "¿qué editor te gusta más?",
        "which editor do you like best",
        "what is the best laptop",
    ],
)
def test_other_machines_and_tastes_are_elsewhere(question: str) -> None:
    assert scope.is_elsewhere(question)


@pytest.mark.parametrize(
    "question",
    [
        "what is my ip address",
        "how do I find the ip of my phone",
        "copy a.txt to my phone",
        "cuánta memoria tiene mi equipo",
        "what is the best way to copy files",
        "which server is installed in /opt",
        "quel est mon nom d'hôte",
    ],
)
def test_this_machine_and_ways_are_here(question: str) -> None:
    assert not scope.is_elsewhere(question)


@pytest.mark.parametrize(
    "question",
    ["what does the program blorptastic do", "que fait le programme zibulon",
     "¿para qué sirve el comando chirimbol?", "à quoi sert grobulix ?", "what does EACCES mean"],
)  # fmt: skip
def test_a_purpose_is_no_value(question: str) -> None:
    assert scope.is_for_a_purpose(question)


@pytest.mark.parametrize(
    "question", ["what does pid 1 run here", "what does /bin/sh point to", "que contient /etc"]
)
def test_a_value_is_no_purpose(question: str) -> None:
    assert not scope.is_for_a_purpose(question)


def test_hostile_text_takes_no_time() -> None:
    start = time.monotonic()
    for text in ("what does " * 30, "my " * 100, "printer " * 40 + "of", "a" * 300, "x" * 100_000):
        scope.is_elsewhere(text)
        scope.is_for_a_purpose(text)
    assert time.monotonic() - start < 2.0
