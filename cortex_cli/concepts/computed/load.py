"""What load averages say, set against the number of processors."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man proc(5), /proc/loadavg"
_LOAD = expression(
    r"\b(?:load(?: average)?s?|charge(?: moyenne)?|carga(?: media| promedio)?)\b\D{0,12}?"
    r"(\d{1,4}(?:[.,]\d{1,2})?)(?:[,;]?\s+(\d{1,4}(?:[.,]\d{1,2})?)[,;]?\s+(\d{1,4}(?:[.,]\d{1,2})?))?(?![\w.]?\d)",
    re.IGNORECASE,
)
_CORES = expression(
    r"\b(\d{1,4})[ -](?:cores?|cpus?|processors?|threads?|c[oœ]+urs?|processeurs?|n[uú]cleos?"
    r"|procesadores)\b",
    re.IGNORECASE,
)
CUES = blocks(
    """
    load average averages high low bad normal too much ok okay good fine value of on with core cores
    cpu cpus processor processors thread threads machine server box system a lot problem healthy
    charge moyenne elevee haute trop forte normale bonne coeur coeurs processeur processeurs avec
    serveur beaucoup est
    carga media promedio alta baja mucha demasiada normal nucleo nucleos procesador procesadores con
    servidor buena mala sistema
    """
)
THREE = {
    "en": "The three numbers are the averages over 1, 5 and 15 minutes: {one}, {two}, {three}; "
    "the load is {trend}.",
    "fr": "Les trois nombres sont les moyennes sur 1, 5 et 15 minutes : {one}, {two}, {three} ; "
    "la charge {trend}.",
    "es": "Los tres números son las medias de 1, 5 y 15 minutos: {one}, {two}, {three}; la carga "
    "{trend}.",
}
TRENDS = {
    "en": ("rising", "falling", "steady"),
    "fr": ("monte", "baisse", "est stable"),
    "es": ("sube", "baja", "es estable"),
}
MEANS = {
    "en": "A load of {load} means that on average {load} tasks were running, waiting for a "
    "processor, or stuck waiting for the disk.",
    "fr": "Une charge de {load} signifie qu'en moyenne {load} tâches s'exécutaient, attendaient un "
    "processeur ou étaient bloquées sur le disque.",
    "es": "Una carga de {load} significa que de media {load} tareas se ejecutaban, esperaban un "
    "procesador o estaban bloqueadas por el disco.",
}
HERE = {
    "en": "This machine has {cores} processors, so that is {percent} % of them",
    "fr": "Cette machine a {cores} processeurs, c'est donc {percent} % de leur capacité",
    "es": "Esta máquina tiene {cores} procesadores, así que es el {percent} % de ellos",
}
THERE = {
    "en": "For {cores} processors that is {percent} %",
    "fr": "Pour {cores} processeurs, c'est {percent} %",
    "es": "Para {cores} procesadores es el {percent} %",
}
VERDICTS = {
    "en": ("plenty of room", "busy, but not overloaded", "more work than they can do at once"),
    "fr": (
        "il reste de la marge",
        "occupés, sans surcharge",
        "plus de travail qu'ils n'en peuvent",
    ),
    "es": ("queda margen", "ocupados, sin sobrecarga", "más trabajo del que pueden hacer a la vez"),
}


def explain(question: str, language: str) -> Finding | None:
    """What the load averages in ``question`` mean for this number of processors."""
    match = _LOAD.search(question)
    if match is None:
        return None
    rest = question[: match.start()] + " " + question[match.end() :]
    cores_match = _CORES.search(rest)
    rest = (
        rest
        if cores_match is None
        else rest[: cores_match.start()] + " " + rest[cores_match.end() :]
    )
    if find_leftovers(rest, CUES):
        return None
    cores = int(cores_match[1]) if cores_match and int(cores_match[1]) else os.cpu_count() or 1
    load = float(match[1].replace(",", "."))
    lines = [MEANS[language].format(load=match[1])]
    if match[2]:
        trend = TRENDS[language][_trend(load, float(match[3].replace(",", ".")))]
        lines.append(
            THREE[language].format(one=match[1], two=match[2], three=match[3], trend=trend)
        )
    percent = round(100 * load / cores)
    verdict = VERDICTS[language][0 if percent < 70 else 1 if percent <= 100 else 2]
    place = (THERE if cores_match else HERE)[language].format(cores=cores, percent=percent)
    separator = " : " if language == "fr" else ": "
    lines.append(f"{place}{separator}{verdict}.")
    return explanation("\n".join(lines), SOURCE, f"load {match[1]}")


def _trend(now: float, before: float) -> int:
    if now > before * 1.1:
        return 0
    return 1 if now < before * 0.9 else 2
