"""What is trouble of this machine, and what is only worded like it, in three languages."""

from __future__ import annotations

import pytest

from cortex_cli.language.question import Question
from cortex_cli.trouble.asked import Asked, read
from cortex_cli.trouble.lexicon import (
    CERTIFICATE,
    DISK,
    HEAT,
    LOAD,
    MEMORY,
    NETWORK,
    UPDATES,
)

WHOLE_MACHINE = {
    "en": """
what is wrong here?
what's wrong with this machine?
What is wrong with my server
is something wrong with this computer?
is anything broken on this server?
is everything ok?
is everything fine here?
are there any problems?
are there any alerts?
what is going wrong on this machine?
what is the problem with my laptop?
how is this machine doing?
any problems?
""",
    "fr": """
qu'est-ce qui ne va pas ?
qu\u2019est-ce qui ne va pas sur cette machine ?
qu'est-ce qui cloche ici ?
est-ce que tout va bien ?
tout va bien sur ce serveur ?
quel est le problème ici ?
y a-t-il un problème ?
y a-t-il des problèmes sur cette machine ?
""",
    "es": """
¿qué pasa aquí?
¿qué le pasa a esta máquina?
¿qué va mal en este servidor?
¿hay algún problema?
¿hay problemas en este equipo?
¿está todo bien?
¿cuál es el problema de esta máquina?
""",
}
ALERTS = """
explain this alert
show my alerts
list the open alerts
what does this alert mean?
explique cette alerte
montre les alertes
explica esta alerta
muestra las alertas
"""
TOPICS = (
    ("why is my disk full?", DISK),
    ("why is the disk so full", DISK),
    ("is something wrong with my disk?", DISK),
    ("why am I out of inodes?", DISK),
    ("why is this machine so slow?", LOAD),
    ("why is the load so high?", LOAD),
    ("why is my laptop hot?", HEAT),
    ("why is the fan so loud?", HEAT),
    ("why is the memory full?", MEMORY),
    ("why is dns not working?", NETWORK),
    ("why is the network down?", NETWORK),
    ("is something wrong with the certificate?", CERTIFICATE),
    ("why are there so many updates?", UPDATES),
    ("pourquoi le disque est-il plein ?", DISK),
    ("pourquoi cette machine est-elle si lente ?", LOAD),
    ("pourquoi la mémoire est-elle pleine ?", MEMORY),
    ("pourquoi le réseau ne marche pas ?", NETWORK),
    ("pourquoi le processeur chauffe ?", HEAT),
    ("¿por qué está lleno el disco?", DISK),
    ("¿por qué va tan lento el equipo?", LOAD),
    ("¿por qué no funciona internet?", NETWORK),
    ("¿por qué no hay red?", NETWORK),
    ("¿por qué falta memoria?", MEMORY),
)
UNITS = (
    ("why did nginx fail?", "nginx"),
    ("why won't postgresql start?", "postgresql"),
    ("why does my-backup.timer not run?", "my-backup.timer"),
    ("why is frobd down?", "frobd"),
    ("why has frobd crashed?", "frobd"),
    ("pourquoi frobd ne démarre pas ?", "frobd"),
    ("pourquoi nginx a-t-il échoué ?", "nginx"),
    ("pourquoi docker plante ?", "docker"),
    ("¿por qué falla frobd?", "frobd"),
    ("¿por qué se cayó nginx?", "nginx"),
    ("¿por qué no arranca mariadb?", "mariadb"),
)
# How-to, facts, concepts, quoted messages, the world, and long stories.
OTHERS = """
how do I restart nginx?
how can I free disk space?
how do I find large files?
how much memory is free?
how full is my disk?
what is a zombie process?
what is an inode?
what is the load average?
what is swap?
which services are running?
which process listens on port 80?
show the last lines of the journal
install a disk usage viewer
what does 'Connection refused' mean?
why do I get "No space left on device"?
why is the sky blue?
why are Roman road networks important?
why is the Sahara so hot?
why do cats purr?
why is memory important for learning?
why is a certificate needed for school?
why is python slow compared to rust?
what is the difference between ram and swap?
what is wrong with this sentence?
what is wrong with the economy?
comment libérer de l'espace disque ?
comment redémarrer nginx ?
combien de mémoire reste-t-il ?
qu'est-ce qu'un inode ?
pourquoi le ciel est-il bleu ?
pourquoi la mémoire humaine est-elle sélective ?
que signifie « Permission non accordée » ?
quel est le problème des trois corps ?
¿cómo reinicio nginx?
¿cuánta memoria queda?
¿qué es un inodo?
¿por qué el cielo es azul?
¿por qué es importante la red de metro de Madrid?
¿qué significa «No queda espacio en el dispositivo»?
¿qué pasa en Francia?
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, texts in WHOLE_MACHINE.items() for text in lines(texts)],
)
def test_the_whole_machine_is_meant(language: str, text: str) -> None:
    assert read(Question(text)) == Asked(alerts="alert" in text, language=language)


@pytest.mark.parametrize("text", lines(ALERTS))
def test_the_open_alerts_are_meant(text: str) -> None:
    asked = read(Question(text))
    assert asked is not None
    assert asked == Asked(alerts=True, language=asked.language)


@pytest.mark.parametrize(("text", "topic"), TOPICS)
def test_a_symptom_has_its_topic(text: str, topic: str) -> None:
    asked = read(Question(text))
    assert asked is not None
    assert topic in asked.topics
    assert not asked.units


@pytest.mark.parametrize(("text", "unit"), UNITS)
def test_a_failing_unit_is_named(text: str, unit: str) -> None:
    asked = read(Question(text))
    assert asked is not None
    assert asked.units == (unit,)
    assert asked.services == (unit,)


@pytest.mark.parametrize("text", lines(OTHERS))
def test_what_is_no_trouble_of_this_machine_is_left_to_others(text: str) -> None:
    assert read(Question(text)) is None


@pytest.mark.parametrize("text", ["why did my build fail?", "why does printing not work?"])
def test_what_only_may_be_a_unit_is_no_service(text: str) -> None:
    asked = read(Question(text))
    assert asked is not None
    assert asked.units
    assert not asked.services


@pytest.mark.parametrize("text", ["", "?", "why", "why " * 50_000, "why is " + "disk " * 20])
def test_what_says_nothing_or_too_much_is_nothing(text: str) -> None:
    assert read(Question(text)) is None


def test_who_wants_to_look_may_be_after_the_command() -> None:
    asked = read(Question("see why the unit nginx failed"))
    assert asked is not None
    assert (asked.units, asked.services) == (("nginx",), ())
