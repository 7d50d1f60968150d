"""When a crontab line runs and what: five fields or @daily, with or without a user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import times
from cortex_cli.concepts.phrases import blocks, capital, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man crontab(5)"
MACROS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}  # fmt: skip
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = expression(r"(\*|[a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?(?:/(\d{1,2}))?$", re.IGNORECASE)
_QUOTES = "\"'`“”«»\u2018\u2019"
_ASKED_AFTER = expression(
    r"(?:[\s,]+(?:mean|means|do|does|run|in (?:a |my )?(?:cron|crontab)|exactly|please"
    r"|signifie|veut dire|significa"
    r"|a cron(?:tab)? line|runs|when|how often|in cron jobs?|dans (?:un|une|la"
    r"|le) cron(?:tab)?|en (?:un |el )?cron(?:tab)?))+\W*$",
    re.IGNORECASE,
)
CUES = blocks(
    """
    cron crontab schedule scheduled run runs job jobs time times often how once syntax fields
    field five macro keyword daily start starts executed execute when will every fires fire
    triggers trigger triggered happen happens expression active at tache taches planification
    quand executee lance lancee frequence souvent champs tourne tournera part lancera declenche
    executera heure jour tarea tareas programacion cuando ejecuta frecuencia campos se
    programada corre corren ejecutara lanza dispara cada hora dia activa
    """
)
USER = expression(r"[a-z_][a-z0-9_-]{0,31}$")
RUNS = {
    "en": "{line} runs {when}.",
    "fr": "{line} s'exécute {when}.",
    "es": "{line} se ejecuta {when}.",
}
REBOOT = {
    "en": "@reboot runs once, when the cron daemon starts after boot.",
    "fr": "@reboot s'exécute une fois, quand le démon cron démarre après l'amorçage.",
    "es": "@reboot se ejecuta una vez, cuando el demonio cron arranca tras el inicio.",
}
EITHER = {
    "en": "{one} or {other} (either is enough)",
    "fr": "{one} ou {other} (l'un des deux suffit)",
    "es": "{one} o {other} (basta uno de los dos)",
}
FIELDS = {
    "en": "The fields are minute, hour, day of the month, month, day of the week (0 and 7 are "
    "Sunday).",
    "fr": "Les champs sont minute, heure, jour du mois, mois, jour de la semaine (0 et 7 sont "
    "dimanche).",
    "es": "Los campos son minuto, hora, día del mes, mes y día de la semana (0 y 7 son domingo).",
}
COMMAND = {
    "en": "Command: {command}",
    "fr": "Commande : {command}",
    "es": "Orden: {command}",
}
AS_USER = {
    "en": "It runs as user {user} (a system crontab such as /etc/cron.d has this field).",
    "fr": "Elle s'exécute sous l'utilisateur {user} (champ propre à /etc/crontab et /etc/cron.d).",
    "es": "Se ejecuta como el usuario {user} (campo propio de /etc/crontab y /etc/cron.d).",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A crontab line: the text of its time, the values of each field, user and command."""

    time: str
    fields: tuple[tuple[int, ...], ...]
    starred: tuple[bool, ...]
    rest: str


def explain(question: str, language: str) -> Finding | None:
    """When the crontab line in ``question`` runs."""
    tokens = [(match[0], match.start(), match.end()) for match in re.finditer(r"\S+", question)]
    for place, (token, start, end) in enumerate(tokens):
        word = token.strip(_QUOTES + ",?!.:;").lower()
        if word == "@reboot" or word in MACROS:
            return _of_macro(word, question, start, end, language)
        line = _read(question, tokens[place : place + 5])
        if line is not None:
            if find_leftovers(question[:start], CUES):
                return None
            return _build_finding(line, language)
    return None


def _of_macro(word: str, question: str, start: int, end: int, language: str) -> Finding | None:
    after = _ASKED_AFTER.sub("", question[end:])
    command = after if after.strip().startswith("/") else ""
    if find_leftovers(question[:start], CUES) or (not command and find_leftovers(after, CUES)):
        return None
    if word == "@reboot":
        return explanation(REBOOT[language], SOURCE, word)
    values, starred = _values(MACROS[word].split())
    assert values is not None  # noqa: S101 - the table above is well formed
    return _build_finding(Line(f"{word} ({MACROS[word]})", values, starred, command), language)


def _read(question: str, window: list[tuple[str, int, int]]) -> Line | None:
    """The line that begins with these five tokens."""
    if len(window) < 5:
        return None
    words = [token.strip(_QUOTES + "?:") for token, _, _ in window]
    if "*" not in "".join(words) and not all(word[:1].isdecimal() for word in words):
        return None
    values, starred = _values(words)
    if values is None:
        return None
    closed = window[4][0][-1:] in _QUOTES
    after = "" if closed else question[window[4][2] :]
    rest = _ASKED_AFTER.sub("", after).strip().strip(_QUOTES + "?")
    if rest and not find_leftovers(rest, CUES):
        rest = ""
    return Line(" ".join(words), values, starred, rest)


def _values(words: list[str]) -> tuple[tuple[tuple[int, ...], ...] | None, tuple[bool, ...]]:
    fields = []
    for place, word in enumerate(words):
        values = _field(word, place)
        if values is None:
            return None, ()
        fields.append(values)
    return tuple(fields), tuple(word.startswith("*") for word in words)


def _field(text: str, place: int) -> tuple[int, ...] | None:
    """The values that one field takes, in order, or None where it is no such field."""
    low, high = RANGES[place]
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.match(part)
        if match is None:
            return None
        first = low if match[1] == "*" else _number(match[1], place)
        star_end = 6 if place == 4 else high
        if match[1] == "*":
            last: int | None = star_end
        elif match[2]:
            last = _number(match[2], place)
        else:
            last = star_end if match[3] else first
        step = int(match[3] or 1)
        if first is None or last is None or not low <= first <= last <= high or step < 1:
            return None
        values |= set(range(first, last + 1, step))
    return tuple(sorted({value % 7 for value in values} if place == 4 else values))


def _number(text: str, place: int) -> int | None:
    if text.isdecimal():
        return int(text)
    names = {3: times.MONTH_KEYS, 4: times.DAY_KEYS}.get(place, ())
    word = text.lower()
    return names.index(word) + (place == 3) if word in names else None


def _build_finding(line: Line, language: str) -> Finding:
    lines = [RUNS[language].format(line=line.time, when=when(line, language))]
    user, command = _user_and_command(line.rest)
    if command:
        lines.append(COMMAND[language].format(command=command))
    if user:
        lines.append(AS_USER[language].format(user=user))
    if not line.time.startswith("@"):
        lines.append(FIELDS[language])
    return explanation("\n".join(lines), SOURCE, f"cron {line.time}")


def when(line: Line, language: str) -> str:
    """When the line runs, in words."""
    minutes, hours, days, months, weekdays = line.fields
    parts = [times.time_of_day(minutes, hours, language)]
    by_day = len(days) < 31 and times.days_of_month(days, language)
    by_week = len(weekdays) < 7 and times.weekdays(weekdays, language)
    if by_day and by_week:
        both = line.starred[2] or line.starred[4]  # cron: a star joins them, else either is enough
        parts.append(
            f"{by_day}, {by_week}" if both else EITHER[language].format(one=by_day, other=by_week)
        )
    elif by_day or by_week:
        parts.append(str(by_day or by_week))
    elif len(hours) * len(minutes) <= times.MAX_TIMES:
        parts.append(times.EVERY_DAY[language])
    if len(months) < 12:
        parts.append(times.months(months, language))
    return capital(", ".join(parts))[:1].lower() + ", ".join(parts)[1:]


def _user_and_command(rest: str) -> tuple[str, str]:
    """The user of a system crontab goes before a command with a path."""
    first, _, more = rest.partition(" ")
    following = more.strip()
    if USER.match(first) and following.startswith(("/", "[", "test ", "cd ", "command ")):
        return first, following
    return "", rest
