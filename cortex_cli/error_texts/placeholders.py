"""What a log names — unit, program, file, port — and templates filled in with it.

A template holds ``{name}`` or ``{name|default}``.  Values are data from a log: shortened, and
never such that a command line could read them as an option.  Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.error_texts import ranking
from cortex_cli.error_texts.log_lines import UNIT
from cortex_cli.error_texts.patterns import fold
from cortex_cli.expressions import expression
from cortex_cli.output import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.error_texts.log_lines import Line, Log
    from cortex_cli.error_texts.ranking import Candidate

MAX_VALUE = 120
SLOT = expression(r"\{(?P<name>[a-z_]+)(?:\|(?P<default>[^{}]*))?\}")
# What stands for a value that the log does not name and the template gives no default for.
NOUNS = {
    "unit": ("the service", "le service", "el servicio"),
    "program": ("the program", "le programme", "el programa"),
    "file": ("the file", "le fichier", "el archivo"),
    "path": ("the path", "le chemin", "la ruta"),
    "folder": ("the directory", "le répertoire", "el directorio"),
    "port": ("the port", "le port", "el puerto"),
    "address": ("the address", "l'adresse", "la dirección"),
    "host": ("the host", "l'hôte", "el equipo"),
    "user": ("the user", "l'utilisateur", "el usuario"),
    "group": ("the group", "le groupe", "el grupo"),
    "device": ("the device", "le périphérique", "el dispositivo"),
    "interface": ("the interface", "l'interface", "la interfaz"),
    "package": ("the package", "le paquet", "el paquete"),
    "module": ("the module", "le module", "el módulo"),
    "process": ("the process", "le processus", "el proceso"),
    "pid": ("the process", "le processus", "el proceso"),
    "mount": ("the mount point", "le point de montage", "el punto de montaje"),
    "name": ("the name", "le nom", "el nombre"),
    "command": ("the command", "la commande", "la orden"),
    "line": ("the line", "la ligne", "la línea"),
    "library": ("the library", "la bibliothèque", "la biblioteca"),
    "key": ("the key", "la clé", "la clave"),
    "url": ("the address", "l'adresse", "la dirección"),
    "database": ("the database", "la base de données", "la base de datos"),
    "limit": ("the limit", "la limite", "el límite"),
    "variable": ("the variable", "la variable", "la variable"),
}
_LANGUAGES = ("en", "fr", "es")
_FILE = expression(r"(?<![\w:/.-])(/(?:[\w.@+%~-]{1,64}/){0,12}[\w.@+%~-]{1,80})")
_PORT = expression(r"\bport[= :]{1,2}(\d{1,5})\b|[\d\]*]:(\d{1,5})\b", re.IGNORECASE)
_DEVICE = expression(
    r"(?<![\w/])((?:/dev/)?(?:(?:sd|vd|xvd|hd)[a-z]{1,2}\d{0,3}|nvme\d{1,2}n\d{1,2}(?:p\d{1,3})?"
    r"|mmcblk\d(?:p\d{1,2})?|md\d{1,3}|dm-\d{1,3}|sr\d|loop\d{1,3}))\b"
)
_INTERFACE = expression(
    r"\b((?:eth|wlan|wlo|wwan|tun|tap|bond|br|veth|wg)\d{1,3}"
    r"|en[opsx][0-9a-z]{1,14}|wl[ospx][0-9a-z]{1,14}|docker0|virbr\d)\b"
)
_ADDRESS = expression(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_USER = expression(r"\b(?:user|for)[= ]'?\"?([a-z_][\w-]{0,31})\b", re.IGNORECASE)
_FROM_LINE = (
    ("file", _FILE),
    ("port", _PORT),
    ("device", _DEVICE),
    ("interface", _INTERFACE),
    ("address", _ADDRESS),
    ("user", _USER),
)
# Stands before a noun that takes the place of a value, until the sentence is joined up:
# "de" and "le" become "du", and "the port the port" is said once.
_MARK = "\x00"
_CONTRACTED = {
    "fr": ((f"de {_MARK}le ", "du "), (f"à {_MARK}le ", "au ")),
    "es": ((f"de {_MARK}el ", "del "), (f" a {_MARK}el ", " al ")),
}
_TWICE = expression(rf"\b(\w+) {_MARK}(?:the|le|la|l'|el) ?\1\b")
# What a slot that stayed empty leaves behind.
_GAP = expression(r" \(\)| +(?=[,.)])| +( )")
_GAP_OR_COLON = expression(r" \(\)| +(?=[,.):;])| +( )")
_QUOTES = "\"'`«»\u201c\u201d\u2018\u2019 "


def collect_values(candidate: Candidate, log: Log) -> dict[str, str]:
    """Name → what the log says it is, from the match first, then the line, then the log."""
    line = candidate.line
    values = from_line(line)
    if path := _nearest_file(line.message, candidate.match):
        values["file"] = path
    values |= read_groups(candidate.match, line.message)
    for other, match in candidate.others:
        for name, value in read_groups(match, other.message).items():
            values.setdefault(name, value)
    if unit := _unit(line, log):
        values.setdefault("unit", unit)
        values.setdefault("program", unit.rsplit(".", 1)[0])
    return values


def read_groups(match: re.Match[str], original: str) -> dict[str, str]:
    """The named groups of ``match`` as they stand in ``original``, which was folded for it."""
    same = len(match.string) == len(original)
    values = {}
    for name, value in match.groupdict().items():
        if value:
            exact = original[slice(*match.span(name))] if same else value
            if text := clean(exact):
                values[name] = text
    return values


def _nearest_file(message: str, match: re.Match[str]) -> str:
    """The path before the matched words: "PROGRAM: cannot open PATH: No such file"."""
    if len(match.string) != len(message):
        return ""
    before = [one[1] for one in _FILE.finditer(message) if one.end() <= match.start()]
    return clean(before[-1]) if before else ""


def from_line(line: Line) -> dict[str, str]:
    """What one line names by itself."""
    values = {}
    for name, pattern in _FROM_LINE:
        if match := pattern.search(line.message):
            values[name] = clean(next(one for one in match.groups() if one))
    if line.program and line.program not in ("systemd", "kernel"):
        values["program"] = clean(line.program)
    return {name: value for name, value in values.items() if value}


def _unit(line: Line, log: Log) -> str:
    named = [clean(name) for name in UNIT.findall(line.message)]
    for unit in [*named, *log.failed_units]:
        stem = fold(unit.rsplit(".", 1)[0].split("@")[0])
        if unit in named or (line.program and ranking.is_alike(fold(line.program), stem)):
            return unit
    if len(log.failed_units) == 1 and line.program not in ("kernel", ""):
        return log.failed_units[0] if line.program == "systemd" else ""
    return ""


def clean(value: str) -> str:
    """``value`` without quotes around it; empty where it is no plain name."""
    value = value.strip(_QUOTES).rstrip(".,:;)]")
    if len(value) > MAX_VALUE or UNSAFE.search(value) or "\n" in value:
        return ""
    return value


def fill(template: str, values: Mapping[str, str], language: str) -> str:
    """``template`` as a sentence in ``language``."""

    def replace_slot(slot: re.Match[str]) -> str:
        name, default = slot["name"], slot["default"]
        if value := values.get(name):
            return value
        if default is not None:
            return default
        nouns = NOUNS.get(name)
        return _MARK + nouns[_LANGUAGES.index(language)] if nouns else name

    gap = _GAP if language == "fr" else _GAP_OR_COLON  # in French a space precedes a colon
    text = gap.sub(r"\1", SLOT.sub(replace_slot, template))
    for before, after in _CONTRACTED.get(language, ()):
        text = text.replace(before, after)
    text = _TWICE.sub(r"\1", text).replace(_MARK, "")
    first = SLOT.match(template)
    if first and not values.get(first["name"]):  # a noun begins the sentence
        return text[:1].upper() + text[1:]
    return text
