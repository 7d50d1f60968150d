"""Words for times of day, weekdays and months, shared by cron lines and calendar lines.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import join

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEKDAYS = {  # from Sunday, as cron counts
    "en": ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "fr": ("dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"),
    "es": ("domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"),
}
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
           "octobre", "novembre", "décembre"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
           "septiembre", "octubre", "noviembre", "diciembre"),
}  # fmt: skip
DAY_KEYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTH_KEYS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MAX_TIMES = 6
AT = {"en": "at {}", "fr": "à {}", "es": "a las {}"}
ON = {"en": "on {}", "fr": "le {}", "es": "el {}"}
ON_EVERY = {"en": "every {}", "fr": "chaque {}", "es": "cada {}"}
FROM_TO = {"en": "{} to {}", "fr": "{} à {}", "es": "{} a {}"}
EVERY_DAY = {"en": "every day", "fr": "tous les jours", "es": "todos los días"}
IN_MONTHS = {"en": "in {}", "fr": "en {}", "es": "en {}"}
ON_DAYS = {
    "en": ("on day {} of the month", "on days {} of the month"),
    "fr": ("le {} du mois", "les {} du mois"),
    "es": ("el día {} del mes", "los días {} del mes"),
}
EVERY_MINUTE = {"en": "every minute", "fr": "chaque minute", "es": "cada minuto"}
EVERY_MINUTES = {"en": "every {} minutes", "fr": "toutes les {} minutes", "es": "cada {} minutos"}
EVERY_HOUR = {"en": "every hour", "fr": "toutes les heures", "es": "cada hora"}
EVERY_HOURS = {"en": "every {} hours", "fr": "toutes les {} heures", "es": "cada {} horas"}
PAST_HOUR = {
    "en": ("at minute {}", "at minutes {}"),
    "fr": ("à la minute {}", "aux minutes {}"),
    "es": ("en el minuto {}", "en los minutos {}"),
}
DURING = {
    "en": "during the hours {}",
    "fr": "pendant les heures {}",
    "es": "durante las horas {}",
}
BETWEEN = {
    "en": "from {:02d}:00 to {:02d}:59",
    "fr": "de {:02d}:00 à {:02d}:59",
    "es": "de {:02d}:00 a {:02d}:59",
}


def steps_of(values: Sequence[int], full: range) -> int:
    """The step where ``values`` go evenly round all of ``full`` from its start, or 0."""
    if len(values) < 2 or values[0] != full.start:
        return 0
    step = values[1] - values[0]
    even = list(values) == list(range(full.start, full.stop, step))
    return step if even and len(full) % step == 0 else 0


def run_of(values: Sequence[int]) -> tuple[int, int] | None:
    """First and last where ``values`` follow one another without a gap, three or more."""
    if len(values) >= 3 and list(values) == list(range(values[0], values[-1] + 1)):
        return values[0], values[-1]
    return None


def format_numbers(values: Sequence[int], language: str) -> str:
    """Numbers as "1 to 5" or "1, 3 and 7"."""
    run = run_of(values)
    if run is not None:
        return FROM_TO[language].format(*run)
    return join([str(value) for value in values], language)


def time_of_day(minutes: Sequence[int], hours: Sequence[int], language: str) -> str:
    """When within a day: "at 03:00", "every 5 minutes from 09:00 to 17:59"."""
    all_hours = len(hours) == 24
    if len(minutes) * len(hours) <= MAX_TIMES:
        times = [f"{hour:02d}:{minute:02d}" for hour in hours for minute in minutes]
        return AT[language].format(join(times, language))
    step = steps_of(minutes, range(60))
    if len(minutes) == 60:
        often = EVERY_MINUTE[language]
    elif step > 1:
        often = EVERY_MINUTES[language].format(step)
    else:
        past = PAST_HOUR[language][len(minutes) > 1].format(format_numbers(minutes, language))
        hour_step = steps_of(hours, range(24))
        if minutes == [0] or tuple(minutes) == (0,):
            past = ""
        if all_hours or hour_step > 1:
            every = EVERY_HOUR[language] if all_hours else EVERY_HOURS[language].format(hour_step)
            return f"{every}, {past}" if past else every
        often = past or EVERY_HOUR[language]
    return often if all_hours else f"{often} {_of_hours(hours, language)}"


def weekdays(days: Sequence[int], language: str) -> str:
    """Weekdays, 0 to 6 from Sunday: "every Monday", "Monday to Friday"."""
    names = WEEKDAYS[language]
    monday_first = sorted(days, key=lambda day: (day + 6) % 7)
    places = [(day + 6) % 7 for day in monday_first]
    run = run_of(places)
    if run is not None:
        first, last = names[monday_first[0]], names[monday_first[-1]]
        span = FROM_TO[language].format(first, last)
        return {"en": span, "fr": f"du {first} au {last}", "es": f"de {first} a {last}"}[language]
    return ON_EVERY[language].format(join([names[day] for day in monday_first], language))


def months(values: Sequence[int], language: str) -> str:
    """Months, 1 to 12: "in January and July"."""
    names = MONTHS[language]
    run = run_of(values)
    if run is not None:
        first, last = names[run[0] - 1], names[run[1] - 1]
        spans = {
            "en": f"from {first} to {last}", "fr": f"de {first} à {last}",
            "es": f"de {first} a {last}",
        }  # fmt: skip
        return spans[language]
    return IN_MONTHS[language].format(join([names[value - 1] for value in values], language))


def days_of_month(values: Sequence[int], language: str) -> str:
    """Days of the month: "on day 1 of the month"."""
    return ON_DAYS[language][len(values) > 1].format(format_numbers(values, language))


def _of_hours(hours: Sequence[int], language: str) -> str:
    run = run_of(hours)
    if run is not None:
        return BETWEEN[language].format(*run)
    if len(hours) == 1:
        return BETWEEN[language].format(hours[0], hours[0])
    return DURING[language].format(join([f"{hour:02d}" for hour in hours], language))
