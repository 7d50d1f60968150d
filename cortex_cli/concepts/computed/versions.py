"""What a Debian package version says, part by part, and which of two is newer.

The grammar and the order are those of deb-version(7): [epoch:]upstream[-revision].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man deb-version(7)"
_VERSION = expression(
    r"(?<![\w.:+~/@-])(?!\d{1,3}-bits?\b)(?:\d{1,4}:)?\d[\w.+~]{0,60}(?:-[\w.+~]{1,40}){0,3}(?![\w/@:-])"
)
_TELLING = expression(
    r"-\d*[a-z]|~|\+(?:dfsg|deb|b|git|ds|nmu|really|repack)|^\d+:|-\d|ubuntu", re.IGNORECASE
)
_CUED = expression(
    r"\b(?:versi[oó]ns?|versions?|newer|older|newest|greater|package|paquet|paquete|debian)\b",
    re.IGNORECASE,
)
CUES = blocks(
    """
    version versions package debian ubuntu number newer older than newest greater less higher lower
    bigger later earlier and or compare between is release
    numero version paquet recente ancienne plus que entre compare comparer ou et moins est
    paquete nueva antigua mas reciente que menos entre comparar compara o y es mayor menor
    """
)


@dataclass(frozen=True, slots=True)
class Version:
    """The parts of a version; ``epoch`` 0 and ``revision`` "" where it has none."""

    epoch: int
    upstream: str
    revision: str


PARTS = {
    "en": ("{version}: upstream version {upstream}", "epoch {epoch}, which outranks all that "
           "follows after a change of numbering", "Debian revision {revision}",
           "no Debian revision, so a package native to Debian"),
    "fr": ("{version} : version amont {upstream}", "époque {epoch}, qui prime sur tout le reste "
           "après un changement de numérotation", "révision Debian {revision}",
           "pas de révision Debian, donc un paquet natif"),
    "es": ("{version}: versión original {upstream}", "época {epoch}, que prima sobre lo demás tras "
           "un cambio de numeración", "revisión de Debian {revision}",
           "sin revisión de Debian, es decir, un paquete nativo"),
}  # fmt: skip
MARKS: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (expression(r"~bpo(\d+)"), {
        "en": "~bpo{0}: a backport to Debian {0}, older than the same version without it",
        "fr": "~bpo{0} : rétroportage pour Debian {0}, antérieur à la même version sans cette "
        "marque",
        "es": "~bpo{0}: adaptación a Debian {0}, anterior a la misma versión sin la marca"}),
    (expression(r"[+~]deb(\d+)u(\d+)"), {
        "en": "deb{0}u{1}: update {1} within Debian {0}, usually for security",
        "fr": "deb{0}u{1} : mise à jour {1} dans Debian {0}, souvent de sécurité",
        "es": "deb{0}u{1}: actualización {1} dentro de Debian {0}, a menudo de seguridad"}),
    (expression(r"\d{1,9}ubuntu([\d.]{1,40})"), {
        "en": "ubuntu{0}: change {0} that Ubuntu made to it",
        "fr": "ubuntu{0} : modification {0} apportée par Ubuntu",
        "es": "ubuntu{0}: cambio {0} hecho por Ubuntu"}),
    (expression(r"\+dfsg"), {
        "en": "+dfsg: non-free parts were removed from the source",
        "fr": "+dfsg : les parties non libres ont été retirées des sources",
        "es": "+dfsg: se quitaron del código las partes no libres"}),
    (expression(r"\+b(\d+)$"), {
        "en": "+b{0}: rebuild {0} without a change of the source",
        "fr": "+b{0} : recompilation {0} sans changement des sources",
        "es": "+b{0}: recompilación {0} sin cambios en el código"}),
    (expression(r"\+nmu(\d+)"), {
        "en": "+nmu{0}: uploaded by somebody other than its maintainer",
        "fr": "+nmu{0} : envoyé par une autre personne que le responsable",
        "es": "+nmu{0}: subido por alguien distinto de su responsable"}),
    (expression(r"~(alpha|beta|rc|pre|git|svn)"), {
        "en": "~{0}: before the release, since ~ sorts before everything",
        "fr": "~{0} : avant la version finale, car ~ se classe avant tout",
        "es": "~{0}: previa a la versión final, porque ~ se ordena antes que todo"}),
)  # fmt: skip
ORDER = {
    "en": ("{a} is newer than {b}.", "{a} is older than {b}.", "{a} and {b} are equal."),
    "fr": ("{a} est plus récente que {b}.", "{a} est plus ancienne que {b}.",
           "{a} et {b} sont égales."),
    "es": ("{a} es más reciente que {b}.", "{a} es más antigua que {b}.", "{a} y {b} son iguales."),
}  # fmt: skip
HOW = {
    "en": "dpkg --compare-versions compares them the same way: epoch, then upstream, then "
    "revision; "
    "numbers as numbers, ~ before everything.",
    "fr": "dpkg --compare-versions compare de la même façon : époque, puis version amont, puis "
    "révision ; les nombres comme nombres, ~ avant tout.",
    "es": "dpkg --compare-versions compara igual: época, versión original y revisión; los números "
    "como números, ~ antes que todo.",
}


def explain(question: str, language: str) -> Finding | None:
    """What the version in ``question`` says, or which of two is newer."""
    matches = [
        match for match in _VERSION.finditer(question) if any(c in match[0] for c in ".-~:+")
    ]
    if not 1 <= len(matches) <= 2:
        return None
    rest = _VERSION.sub(" ", question)
    if find_leftovers(rest, CUES):
        return None
    texts = [match[0].rstrip(".") for match in matches]
    if len(texts) == 2:
        if not (_CUED.search(question) or any(map(_TELLING.search, texts))):
            return None
        order = compare(parse(texts[0]), parse(texts[1]))
        form = ORDER[language][0 if order > 0 else 1 if order < 0 else 2]
        sentence = f"{form.format(a=texts[0], b=texts[1])} {HOW[language]}"
        return explanation(sentence, SOURCE, f"{texts[0]} {texts[1]}")
    if not _TELLING.search(texts[0]) or texts[0].replace("-", "").isdecimal():
        return None
    return explanation(_parts(texts[0], language), SOURCE, f"version {texts[0]}")


def _parts(text: str, language: str) -> str:
    version = parse(text)
    upstream, epoch, revision, native = PARTS[language]
    clauses = [upstream.format(version=text, upstream=version.upstream)]
    if version.epoch:
        clauses.append(epoch.format(epoch=version.epoch))
    clauses.append(revision.format(revision=version.revision) if version.revision else native)
    lines = ["; ".join(clauses) + "."]
    for pattern, texts in MARKS:
        if match := pattern.search(text):
            lines.append(texts[language].format(*match.groups()) + ".")
    return "\n".join(lines)


def parse(text: str) -> Version:
    """The parts of a version string."""
    epoch, colon, rest = text.rpartition(":")
    upstream, dash, revision = rest.rpartition("-")
    return Version(
        int(epoch) if colon and epoch.isdecimal() else 0,
        upstream if dash else rest,
        revision if dash else "",
    )


def compare(one: Version, other: Version) -> int:
    """Above zero where ``one`` is newer, below where it is older."""
    if one.epoch != other.epoch:
        return one.epoch - other.epoch
    return _order(one.upstream, other.upstream) or _order(one.revision, other.revision)


def _order(one: str, other: str) -> int:
    while one or other:
        letters_one, one = _cut(one, digits=False)
        letters_other, other = _cut(other, digits=False)
        for place in range(max(len(letters_one), len(letters_other))):
            difference = _weight(letters_one, place) - _weight(letters_other, place)
            if difference:
                return difference
        digits_one, one = _cut(one, digits=True)
        digits_other, other = _cut(other, digits=True)
        if difference := int(digits_one or 0) - int(digits_other or 0):
            return difference
    return 0


def _cut(text: str, *, digits: bool) -> tuple[str, str]:
    """The run of digits, or of other signs, that ``text`` begins with, and the rest."""
    place = 0
    while place < len(text) and text[place].isdecimal() is digits:
        place += 1
    return text[:place], text[place:]


def _weight(letters: str, place: int) -> int:
    """A tilde before the end, the end before letters, letters before other signs."""
    if place >= len(letters):
        return 0
    letter = letters[place]
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
