"""How long a systemd time span is: 1h 30min, RandomizedDelaySec=1h, OnBootSec=15min."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import COLON, blocks, explanation, find_leftovers, join
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man systemd.time(7)"
UNITS = {
    "us": 1e-6, "usec": 1e-6, "µs": 1e-6, "ms": 1e-3, "msec": 1e-3,
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800, "M": 2629800, "month": 2629800,
    "months": 2629800, "y": 31557600, "year": 31557600, "years": 31557600,
}  # fmt: skip
_NAMES = "|".join(sorted(UNITS, key=len, reverse=True))
_SETTING = expression(
    rf"\b(\w{{2,30}}(?:Sec|USec))=((?:\s?\d{{1,9}}(?:\.\d{{1,3}})?\s?(?:{_NAMES})?){{1,6}}|infinity)(?!\w)"
)
_SPAN = expression(rf"(?<![\w.])((?:\d{{1,9}}\s?(?:{_NAMES})\s?){{2,6}})(?!\w)")
_PIECE = expression(rf"(\d{{1,9}}(?:\.\d{{1,3}})?)\s?({_NAMES})?")
CUES = blocks(
    """
    systemd timer time span duration seconds second minutes hours how many long is in unit service
    setting option
    duree secondes minuterie combien de fait unite option
    duracion segundos temporizador cuantos son unidad opcion cuanto dura es
    """
)
SETTINGS: dict[str, dict[str, str]] = {
    "OnBootSec": {"en": "the timer fires this long after boot",
                  "fr": "la minuterie se déclenche ce temps après le démarrage de la machine",
                  "es": "el temporizador salta este tiempo después del arranque"},
    "OnStartupSec": {"en": "the timer fires this long after systemd started",
                     "fr": "la minuterie se déclenche ce temps après le lancement de systemd",
                     "es": "el temporizador salta este tiempo después de iniciarse systemd"},
    "OnActiveSec": {"en": "the timer fires this long after it was activated",
                    "fr": "la minuterie se déclenche ce temps après son activation",
                    "es": "el temporizador salta este tiempo después de activarse"},
    "OnUnitActiveSec": {"en": "the timer fires this long after its unit was last activated, so it "
                        "repeats",
                        "fr": "la minuterie se déclenche ce temps après la dernière activation de "
                        "son unité, donc se répète",
                        "es": "el temporizador salta este tiempo después de la última "
                        "activación de "
                        "su unidad, así que se repite"},
    "OnUnitInactiveSec": {"en": "the timer fires this long after its unit last finished",
                          "fr": "la minuterie se déclenche ce temps après la dernière fin de son "
                          "unité",
                          "es": "el temporizador salta este tiempo después de que su unidad "
                          "terminara"},
    "RandomizedDelaySec": {"en": "each run is delayed by a random time up to this",
                           "fr": "chaque exécution est retardée d'un temps aléatoire jusqu'à "
                           "cette durée",
                           "es": "cada ejecución se retrasa un tiempo aleatorio hasta este"},
    "AccuracySec": {"en": "the timer may fire up to this late, so that wake-ups are shared",
                    "fr": "la minuterie peut se déclencher avec ce retard au plus, pour grouper "
                    "les réveils",
                    "es": "el temporizador puede saltar con este retraso como máximo, para agrupar "
                    "despertares"},
    "RestartSec": {"en": "systemd waits this long before it restarts the service",
                   "fr": "systemd attend cette durée avant de relancer le service",
                   "es": "systemd espera este tiempo antes de reiniciar el servicio"},
    "TimeoutStartSec": {"en": "starting fails if it takes longer",
                        "fr": "le démarrage échoue s'il dure plus longtemps",
                        "es": "el arranque falla si dura más"},
    "TimeoutStopSec": {"en": "a service that has not stopped by then is killed",
                       "fr": "un service qui n'est pas arrêté à ce terme est tué",
                       "es": "un servicio que no se ha detenido para entonces se mata"},
    "WatchdogSec": {"en": "the service must report at least this often or it is killed",
                    "fr": "le service doit se signaler au moins à cet intervalle, sinon il est tué",
                    "es": "el servicio debe dar señales al menos con este intervalo o se mata"},
    "RuntimeMaxSec": {"en": "the service is stopped after running this long",
                      "fr": "le service est arrêté après avoir tourné cette durée",
                      "es": "el servicio se detiene tras ejecutarse este tiempo"},
}  # fmt: skip
WORDS = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")),
    "es": (("día", "días"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")),
}
IN_ALL = {"en": "{} seconds in all", "fr": "{} secondes en tout", "es": "{} segundos en total"}
NEVER = {"en": "no limit", "fr": "pas de limite", "es": "sin límite"}


def explain(question: str, language: str) -> Finding | None:
    """How long the span in ``question`` is, and what its setting does."""
    match = _SETTING.search(question) or _SPAN.search(question)
    if match is None:
        return None
    if find_leftovers(question[: match.start()] + " " + question[match.end() :], CUES):
        return None
    setting, span = (match[1], match[2]) if match.re == _SETTING else ("", match[1])
    endless = span.strip() == "infinity"
    length = NEVER[language] if endless else format_span(seconds_of(span), language)
    text = f"{match[0].strip()}{COLON[language]}{length}"
    if setting in SETTINGS:
        text += f"; {SETTINGS[setting][language]}"
    return explanation(f"{text}.", SOURCE, match[0].strip())


def seconds_of(span: str) -> float:
    """The seconds of a span; a number without a unit counts seconds."""
    return sum(
        float(number) * UNITS[unit or "s"] for number, unit in _PIECE.findall(span) if number
    )


def format_span(seconds: float, language: str) -> str:
    """``seconds`` in days, hours, minutes and seconds."""
    left, parts = seconds, []
    for size, words in zip((86400, 3600, 60), WORDS[language], strict=False):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:.0f} {words[count >= 2]}")
    if left or not parts:
        parts.append(f"{left:g} {WORDS[language][3][left >= 2 or left == 0]}")
    text = join(parts, language)
    if seconds >= 60:
        text += f" ({IN_ALL[language].format(f'{seconds:g}' if seconds < 1e6 else round(seconds))})"
    return text
