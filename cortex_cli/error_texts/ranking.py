"""Which entry explains a log best: the root cause, not the loudest or the last line.

A match weighs by its entry's rank, how much of the message it recognises, how early and how
often it occurs, whether the line belongs to what failed and to what the question names.
Known noise weighs least.  Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli import compiled
from cortex_cli.error_texts.patterns import Pattern, fold, pattern
from cortex_cli.language.words import content

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from cortex_cli.error_texts.entries import Catalogue, Entry
    from cortex_cli.error_texts.log_lines import Line, Log

NOISE = Path(__file__).with_name("noise.yaml")
LEVEL_WEIGHTS = {"debug": -25.0, "info": -4.0, "warning": -5.0, "error": 3.0}
NOISE_WEIGHT = -50.0
# A line of what failed, of what is asked about; one of another program than that asked about.
OF_FAILED, OF_ASKED, OF_OTHER = 7.0, 12.0, -6.0
PER_WORD, MOST_WORDS = 2.5, 7.5
EARLIEST, OFTEN = 5.0, 3.0
# Characters recognised: a long sentence is surer than a single word.
LONG_MATCH, MOST_SPECIFIC = 12.0, 5.0
MIN_PREFIX = 4
# Further lines of an entry that are searched for names.
MOST_OTHERS = 20

# What a person calls the programs whose lines are in a log.
TOPICS = {
    "apache": "httpd apachectl",
    "web website site": "nginx apache2 httpd apachectl lighttpd caddy haproxy",
    "database base datos bd": "postgres mysqld mariadbd mongod sqlite",
    "mail email correo courrier courriel": "postfix exim dovecot sendmail opendkim",
    "wifi wlan wireless": "wpa_supplicant iwlwifi networkmanager iwd",
    "network red reseau internet address adresse direccion": "networkmanager dhclient dhcpcd",
    "disk disque disco drive": "kernel smartd md ext4-fs xfs",
    "print printer imprimante impresora": "cupsd cups lpd",
    "sound son sonido audio": "pulseaudio pipewire alsa wireplumber",
    "clock time heure hora": "chronyd ntpd systemd-timesyncd",
    "dns name names resolver": "named systemd-resolved unbound dnsmasq",
    "container contenedor conteneur": "dockerd docker podman containerd kubelet",
    "pod pods cluster": "kubelet kubectl",
    "screen ecran pantalla desktop bureau": "gdm lightdm sddm xorg gnome-shell kwin",
    "bluetooth": "bluetoothd",
    "cron job": "cron crond anacron",
    "backup sauvegarde copia": "rsync borg restic tar duplicity",
}


class Candidate(NamedTuple):
    """An entry, its best line and match, and the ``others``: they may name what this one omits."""

    entry: Entry
    line: Line
    match: re.Match[str]
    score: float
    others: tuple[tuple[Line, re.Match[str]], ...] = ()


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Noise:
    """Patterns of lines that no failure comes from."""

    patterns: tuple[Pattern, ...]


@lru_cache(1)
def noise() -> tuple[Pattern, ...]:
    """The patterns of lines that no failure comes from."""
    return compiled.load(NOISE, Noise, parse_noise, also=(NOISE.parent,)).patterns


def parse_noise() -> Noise:
    """The patterns of lines that no failure comes from, from their file."""
    return Noise(tuple(pattern(source) for source in compiled.parse_yaml(NOISE)))


def find_candidates(log: Log, question: str, catalogue: Catalogue) -> list[Candidate]:
    """Every entry that the log fits, each at its best line, the best first."""
    asked = Asked(question, log)
    candidates = []
    for entry in catalogue.find_possible(log.folded):
        possible = [one for one in entry.match if one.may_match(log.folded)]
        if possible and _fits(entry, log.folded):
            candidates += _find_best_line(entry, possible, log, asked)
    return sorted(candidates, key=lambda one: (-one.score, one.line.number))


def _fits(entry: Entry, folded: str) -> bool:
    if entry.also and not any(one.search(folded) for one in entry.also):
        return False
    return not any(one.search(folded) for one in entry.unless)


def _find_best_line(
    entry: Entry, possible: Iterable[Pattern], log: Log, asked: Asked
) -> list[Candidate]:
    best: Candidate | None = None
    every: list[tuple[Line, re.Match[str]]] = []
    times = 0
    possible = tuple(possible)
    for line in log.lines:
        if line.command:
            continue
        matches = [match for one in possible if (match := one.search(line.folded))]
        if not matches:
            continue
        match = max(matches, key=lambda one: (_count_groups(one), one.end() - one.start()))
        every.append((line, match))
        score = entry.rank + weight(line, match, log, asked)
        times += line.count
        if best is None or score > best.score:
            best = Candidate(entry, line, match, score)
    if best is None:
        return []
    often = min(OFTEN, math.log2(times))
    return [Candidate(entry, best.line, best.match, best.score + often, tuple(every[:MOST_OTHERS]))]


def _count_groups(match: re.Match[str]) -> int:
    return sum(value is not None for value in match.groupdict().values())


def weight(line: Line, match: re.Match[str], log: Log, asked: Asked) -> float:
    """What speaks for ``line`` beside the rank of its entry."""
    place = line.number / max(log.lines[-1].number, 1)
    value = EARLIEST * (1 - place) + LEVEL_WEIGHTS.get(line.level, 0.0)
    value += min(MOST_SPECIFIC, (match.end() - match.start()) / LONG_MATCH)
    if any(one.search(line.folded) for one in noise()):
        value += NOISE_WEIGHT
    if is_of_failed_unit(line, log):
        value += OF_FAILED
    return value + asked.nearness(line)


def is_of_failed_unit(line: Line, log: Log) -> bool:
    """True where ``line`` is of, or names, a unit that failed in this log."""
    for unit in log.failed_units:
        stem = fold(unit.rsplit(".", 1)[0].split("@")[0])
        program = fold(line.program)
        if stem and (stem in line.folded or (program and is_alike(program, stem))):
            return True
    return False


def is_alike(one: str, other: str) -> bool:
    """True where two names are of one program: "apache" and "apachectl"."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= MIN_PREFIX and long.startswith(short)


class Asked:
    """What a question names, as far as the log knows it too."""

    def __init__(self, question: str, log: Log) -> None:
        folded = [fold(word) for word in content(question)]
        self.words = [word for word in folded if len(word) > 2]
        names = list(self.words)
        for topic, programs in TOPICS.items():
            if any(word in topic.split() for word in folded):
                names += programs.split()
        wrote = {fold(line.program) for line in log.lines if line.program}
        self.programs = {
            program for program in wrote if any(is_alike(program, name) for name in names)
        } - {"systemd"}

    def nearness(self, line: Line) -> float:
        """How much ``line`` is about what is asked."""
        shared = sum(word in line.folded for word in self.words)
        value = min(MOST_WORDS, PER_WORD * shared)
        if not self.programs:
            return value
        named = any(program in line.folded for program in self.programs)
        if fold(line.program) in self.programs or named:
            return value + OF_ASKED
        return value + OF_OTHER
