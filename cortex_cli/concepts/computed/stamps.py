"""When a Unix time stamp is: seconds (or milliseconds) since 1970 as a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import LIKELY, SURE, blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man date(1)"
_STAMP = expression(
    r"(?<![\w.,:/-])@?(\d{9,10}|\d{13})(?:\.\d{1,9})?(?![\w.,:/-]|\s*(?:bytes?|octets|[kmg]i?b)\b)"
)
_CUED = expression(
    r"\b(?:time ?stamp|epoch|unix|date|time|horodatage|when|quand|fecha|cu[aá]ndo)\b|@\d",
    re.IGNORECASE,
)
CUES = blocks(
    """
    timestamp timestamps stamp epoch unix time date convert seconds second milliseconds since 1970
    in     human readable when to as day was
    horodatage secondes depuis quand convertir convertis heure lisible jour etait date
    marca tiempo segundos desde cuando convertir convierte fecha hora legible dia fue
    """
)
TEXT = {
    "en": "{stamp} is {utc} UTC, here {local}.",
    "fr": "{stamp} correspond à {utc} UTC, ici {local}.",
    "es": "{stamp} corresponde a {utc} UTC, aquí {local}.",
}
NOTE = {
    "en": "A Unix time stamp counts the seconds since 1970-01-01 00:00 UTC; date -d @{seconds} "
    "converts it.",
    "fr": "Un horodatage Unix compte les secondes depuis le 1970-01-01 00:00 UTC ; "
    "date -d @{seconds} le convertit.",
    "es": "Una marca de tiempo Unix cuenta los segundos desde 1970-01-01 00:00 UTC; "
    "date -d @{seconds} la convierte.",
}


def explain(question: str, language: str) -> Finding | None:
    """The date of the time stamp in ``question``."""
    matches = list(_STAMP.finditer(question))
    if len(matches) != 1:
        return None
    match = matches[0]
    if find_leftovers(question[: match.start()] + " " + question[match.end() :], CUES):
        return None
    seconds = int(match[1]) // (1000 if len(match[1]) == 13 else 1)
    moment = datetime.fromtimestamp(seconds, UTC)
    local = moment.astimezone()
    text = TEXT[language].format(
        stamp=match[0].strip(),
        utc=f"{moment:%Y-%m-%d %H:%M:%S}",
        local=f"{local:%Y-%m-%d %H:%M:%S %Z}",
    )
    sure = SURE if _CUED.search(question) else LIKELY
    return explanation(f"{text}\n{NOTE[language].format(seconds=seconds)}", SOURCE, match[1], sure)
