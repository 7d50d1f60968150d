"""When a systemd calendar line fires: Mon *-*-* 03:00, weekly, *-*-01 00:00:00."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import times
from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers, join
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man systemd.time(7)"
SHORT = {
    "minutely": "*-*-* *:*:00", "hourly": "*-*-* *:00:00", "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00", "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00", "semiannually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00", "annually": "*-01-01 00:00:00",
}  # fmt: skip
_NUMBERS = r"[\d*.,/]{1,40}"
_DAYS = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
_LINE = expression(
    rf"(?<![\w*/-])(?:OnCalendar\s?=\s?)?(?:(?P<days>{_DAYS}(?:(?:,|\.\."
    rf"|-){_DAYS}){{0,6}})[ ,]{{0,2}})?"
    rf"(?:(?:(?P<year>{_NUMBERS})-)?(?P<month>{_NUMBERS})(?P<last>[-~])(?P<day>{_NUMBERS})[ T]?)?"
    rf"(?P<time>{_NUMBERS}:{_NUMBERS}(?::{_NUMBERS})?)?(?:\s(?P<zone>UTC|[A-Z][A-Za-z]{{2,12}}/[A-Za-z_]{{2,20}}))?"
    r"(?![\w*/-])",
    re.IGNORECASE,
)
_SHORTHAND = expression(
    rf"\bOnCalendar\s?=\s?({'|'.join(SHORT)})\b|\b({'|'.join(SHORT)})\b", re.IGNORECASE
)
_NAMES_IT = expression(
    r"oncalendar|systemd|timer|calendar|minuterie|temporizador|calendario|calendrier", re.IGNORECASE
)
CUES = blocks(
    """
    oncalendar systemd timer timers calendar event run runs fire fires trigger often when schedule
    unit expression time
    minuterie calendrier declenche quand execute unite souvent frequence
    temporizador calendario cuando ejecuta dispara unidad frecuencia
    """
)
FIRES = {
    "en": "{line} fires {when}.",
    "fr": "{line} se déclenche {when}.",
    "es": "{line} se dispara {when}.",
}
CHECK = {
    "en": "systemd-analyze calendar '{line}' shows the next times.",
    "fr": "systemd-analyze calendar '{line}' donne les prochaines dates.",
    "es": "systemd-analyze calendar '{line}' muestra las próximas fechas.",
}
YEARS = {"en": "in {}", "fr": "en {}", "es": "en {}"}
LAST = {
    "en": ("on the last day of the month", "{} days before the end of the month"),
    "fr": ("le dernier jour du mois", "{} jours avant la fin du mois"),
    "es": ("el último día del mes", "{} días antes del fin de mes"),
}
SECONDS = {"en": "at second {}", "fr": "à la seconde {}", "es": "en el segundo {}"}
ZONE = {"en": "in the time zone {}", "fr": "dans le fuseau {}", "es": "en la zona horaria {}"}


def explain(question: str, language: str) -> Finding | None:
    """When the calendar line in ``question`` fires."""
    if (short := _SHORTHAND.search(question)) and _NAMES_IT.search(question):
        if find_leftovers(question[: short.start()] + " " + question[short.end() :], CUES):
            return None
        word = (short[1] or short[2]).lower()
        return _build_finding(SHORT[word], f"{word} ({SHORT[word]})", language)
    for match in _LINE.finditer(question):
        if not _is_line(match, question):
            continue
        if find_leftovers(question[: match.start()] + " " + question[match.end() :], CUES):
            return None
        line = re.sub(r"^OnCalendar\s?=\s?", "", match[0], flags=re.IGNORECASE).strip()
        return _build_finding(line, line, language)
    return None


def _is_line(match: re.Match[str], question: str) -> bool:
    """Whether enough is there to be no mere time of day or date."""
    if not (match["day"] or match["time"] or match["days"]):
        return False
    telling = "*" in match[0] or bool(match["days"] and (match["time"] or match["day"]))
    return telling or bool(_NAMES_IT.search(question))


def _build_finding(line: str, shown: str, language: str) -> Finding | None:
    match = _LINE.match(line)
    when = None if match is None else _when(match, language)
    if when is None:
        return None
    text = FIRES[language].format(line=shown, when=when)
    return explanation(f"{text}\n{CHECK[language].format(line=line)}", SOURCE, f"calendar {line}")


def _when(match: re.Match[str], language: str) -> str | None:
    hour, minute, second = [*(match["time"] or "00:00:00").split(":"), "00"][:3]
    hours, minutes = _values(hour, 0, 23), _values(minute, 0, 59)
    months, days = _values(match["month"] or "*", 1, 12), _values(match["day"] or "*", 1, 31)
    weekdays = _weekdays(match["days"] or "")
    if not (hours and minutes and months and days) or weekdays is None:
        return None
    parts = [times.time_of_day(minutes, hours, language)]
    if second not in ("0", "00", "*"):
        parts.append(SECONDS[language].format(second.lstrip("0") or "0"))
    if weekdays and len(weekdays) < 7:
        parts.append(times.weekdays(weekdays, language))
    parts += _days(match, days, language)
    if len(parts) == 1 and len(hours) * len(minutes) <= times.MAX_TIMES:
        parts.append(times.EVERY_DAY[language])
    if len(months) < 12:
        parts.append(times.months(months, language))
    if match["year"] and match["year"] != "*":
        parts.append(YEARS[language].format(match["year"]))
    if match["zone"]:
        parts.append(ZONE[language].format(match["zone"]))
    return ", ".join(parts)


def _days(match: re.Match[str], days: list[int], language: str) -> list[str]:
    if match["last"] == "~":
        form = LAST[language][days != [1]]
        return [form.format(join([str(day - 1) for day in days], language))]
    return [times.days_of_month(days, language)] if len(days) < 31 else []


def _values(text: str, low: int, high: int) -> list[int]:
    """The values of one component; none where it is not well formed."""
    values: set[int] = set()
    for part in text.split(","):
        start, slash, step = part.partition("/")
        first, dots, last = start.partition("..")
        if first == "*":
            first, last, dots = str(low), str(high), ".."
        if not first.isdecimal() or (slash and not step.isdecimal()):
            return []
        end = last if dots else str(high) if slash else first
        if not end.isdecimal() or (slash and int(step) < 1):
            return []
        values |= set(range(int(first), int(end) + 1, int(step) if slash else 1))
    return sorted(values) if values and min(values) >= low and max(values) <= high else []


def _weekdays(text: str) -> list[int] | None:
    """Days from Sunday, 0 to 6, of "Mon..Fri,Sun"; None where a day is no day."""
    days: list[int] = []
    for part in filter(None, text.lower().split(",")):
        first, _, last = part.replace("..", "-").partition("-")
        try:
            start = times.DAY_KEYS.index(first[:3])
            end = times.DAY_KEYS.index(last[:3]) if last else start
        except ValueError:
            return None
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return sorted(set(days))
