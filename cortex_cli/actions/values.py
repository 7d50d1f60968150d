"""How the value of each kind of parameter is written for programs.  Pure; knows no action."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cortex_cli.actions import zones
from cortex_cli.actions.action import Glob, Home
from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.literals import Literal
    from cortex_cli.actions.sentence import Token

_UNIT_NAMES = {
    "apache": "apache2", "sshd": "ssh", "postgres": "postgresql",
    "networkmanager": "NetworkManager",
    "samba": "smbd", "openssh": "ssh", "crond": "cron",
    "httpd": "apache2",
    "wifi": "wpa_supplicant",    "redis": "redis-server", "bind": "named",
}  # fmt: skip
_PACKAGE_NAMES = {"apache": "apache2", "sshd": "openssh-server", "postgres": "postgresql"}


def value_of(kind: str, token: Token) -> str:
    """The value as programs want it."""
    literal = token.literal
    value = token.text if literal is None else literal.value
    if kind in ("path", "file", "folder", "archive", "files", "device", "debfile"):
        if kind == "device" and literal is not None and literal.kind == "device":
            return f"/dev/{value}"
        if literal is not None and literal.kind == "glob":
            return Glob(value)
        return Home(value) if value == "~" or value.startswith("~/") else value
    if (written := _translate_name(kind, value) or _format_plain(kind, value, literal)) is not None:
        return written
    if literal is None:
        return value
    return _quantity(kind, literal.kind, value, literal.number, literal.unit)


def _translate_name(kind: str, value: str) -> str | None:
    """What programs call by another name than people."""
    if kind == "timezone":
        return zones.zone_of(value)
    if kind == "language":
        return _LANGUAGES.get(fold(value)[:3], "eng")
    if kind == "jsonkey":
        return f".{value}" if _KEY.match(value) else f".[{json.dumps(value)}]"
    return None


def _format_plain(kind: str, value: str, literal: Literal | None) -> str | None:
    """What needs no measure, by its kind."""
    if literal is not None and literal.kind == "invocation":
        return "\0".join(value.split()) if kind == "program" else value
    if kind == "clock":
        return _clock(value)
    if kind == "unit":
        return _UNIT_NAMES.get(value.lower(), value.lower() if literal is None else value)
    if kind == "package":
        return _PACKAGE_NAMES.get(value.lower(), value.lower())
    if kind == "process" and literal is None:
        return value.lower()
    if kind == "port":
        return next(part for part in value.strip(":").split("/") if part.isdigit())
    if kind == "glob" and literal is not None and literal.kind == "extension":
        return f"*{value}"
    if kind == "extension":
        return value.lstrip("*.")
    if kind == "variable":
        return value.lstrip("$")
    if kind == "url" and "://" not in value:
        return f"https://{value}"
    return None


# First letters of a language's name, in three languages → what OCR calls it.
_LANGUAGES = {
    "eng": "eng", "ang": "eng", "ing": "eng", "fre": "fra", "fra": "fra", "ger": "deu",
    "all": "deu", "ale": "deu", "spa": "spa", "esp": "spa", "ita": "ita", "por": "por",
}  # fmt: skip
_KEY = expression(r"[A-Za-z_]\w{0,100}\Z", re.ASCII)
_CLOCK = expression(r"(\d{1,2})(?:[:h](\d\d))?(?::\d\d)?\s?([ap]m)?\Z", re.IGNORECASE)


def _clock(value: str) -> str:
    """ "6am", "23h30" and "11:15 pm" as hours and minutes of the day."""
    match = _CLOCK.match(value)
    if match is None:
        return value
    hour = int(match[1])
    if match[3]:
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0)
    return f"{hour:02d}:{match[2] or '00'}" if match[3] or "h" in value.lower() else value


_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800, "mon": 2592000, "y": 31536000}


def _quantity(kind: str, literal: str, value: str, number: float, unit: str) -> str:
    whole = f"{number:g}"
    if literal == "size":
        return whole if unit == "c" else f"{whole}{unit}"
    if literal == "duration":
        total = number * _SECONDS[unit]
        per = {"seconds": 1, "minutes": 60, "days": 86400}.get(kind)
        if per is not None:
            return f"{max(1, round(total / per))}"
        named = {"mon": "months", "y": "years", "d": "days", "w": "weeks"}.get(unit, unit)
        return f"{whole} {named}" if unit in ("mon", "y", "d", "w") else f"{whole}{unit}"
    if literal == "number" and kind in ("number", "percent", "pid"):
        return whole
    if literal == "percent":
        return whole
    return value
