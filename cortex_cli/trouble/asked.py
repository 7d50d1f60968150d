"""Whether a question is about trouble on this machine, and which.  Pure text, three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH
from cortex_cli.trouble.lexicon import (
    ACCOUNTED,
    EVERYDAY_D,
    INVERTED,
    SERVERS,
    SERVICE_WORDS,
    SMALL,
    SUFFIXES,
    TO_LOOK,
    TOPICS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cortex_cli.language.question import Question

# Longer questions bring their own story: they are not about this machine as a whole.
MAX_WORDS = 16
# Shorter words that end in d are seldom daemons.
MIN_DAEMON = 3

_HERE = (
    r"(?:this|the|my|our|your)? ?(?:machine|computer|system|server|box|host|pc|laptop)"
    r"|(?:cette|la|ma|le|mon|ce) ?(?:machine|ordinateur|systeme|serveur|pc)"
    r"|(?:esta|la|mi|el|este) ?(?:maquina|equipo|ordenador|sistema|servidor|computadora|pc)"
    r"|it|here|everything|ici|tout|ca|aqui|todo|esto"
)
# The whole machine: what is wrong, is all well, which alerts are open.
_GENERAL = {
    ENGLISH: expression(
        r"what(?:'s| is|s)? (?:going )?(?:wrong|broken|failing|the (?:problem|matter|trouble)|up)"
        rf"(?: (?:on|with|in))?(?: (?:{_HERE}))?(?: now| today| right now)?"
        r"|(?:is|are) (?:there )?(?:something|anything|some|any)(?:thing)? ?(?:wrong|broken|failing"
        r"|amiss|problems?|issues?|trouble|alerts?)(?: open| active)?"
        rf"(?: (?:on|with|in) (?:{_HERE}))?"
        r"|(?:is|are) (?:everything|all|things|this machine|the machine|my machine|this server"
        r"|the server|my server|the system|my system|this computer|my computer)"
        r" (?:ok|okay|fine|well|good|healthy|alright|all right|in order|working)"
        r"(?: (?:here|now|today))?"
        r"|(?:any|open|show|list|explain|what are)(?: me)?"
        r"(?: (?:this|the|my|all|open|active|current))*"
        r" (?:problems?|alerts?|issues?)(?: (?:here|open|active|now))*"
        rf"|what does (?:this|the|my) alert mean"
        rf"|how (?:is|healthy is) (?:{_HERE})(?: doing| feeling)?"
        r"|(?:health|status) of (?:this|the|my) (?:machine|system|server|computer)"
    ),
    FRENCH: expression(
        r"(?:qu'est-ce qui|qu'est ce qui|quoi|ce qui) (?:ne va pas|va mal|cloche|ne marche pas)"
        rf"(?: (?:sur|avec|dans|chez))?(?: (?:{_HERE}))?"
        r"|(?:y a-t-il|il y a|est-ce qu'il y a)(?: un| une| des| quelque)? ?(?:problemes?|alertes?"
        r"|soucis?|chose qui ne va pas|chose qui cloche)"
        rf"(?: (?:sur|avec) (?:{_HERE}))?"
        r"|(?:est-ce que )?tout (?:va|est)(?:-il)? (?:bien|en ordre|ok)"
        rf"(?: (?:sur|avec) (?:{_HERE}))?"
        rf"|quel est le probleme(?: ici| (?:sur|avec|de) (?:{_HERE}))?"
        r"|(?:explique|montre|liste)[a-z-]*(?: (?:cette|l'|les|mes|ces))? ?alertes?"
        r"|(?:que|qu'a) (?:a|t-elle|se passe-t-il)(?: (?:cette machine|ce serveur|ici))?"
    ),
    SPANISH: expression(
        r"¿?que (?:le )?(?:pasa|ocurre|sucede|va mal|falla|esta mal|anda mal)"
        rf"(?: (?:a|en|con))?(?: (?:{_HERE}))?"
        r"|¿?(?:hay|existe)(?: algun| alguna| algo)? ?(?:problemas?|alertas?|mal|que falle|roto)"
        rf"(?: (?:en|con) (?:{_HERE}))?"
        r"|¿?(?:esta |va )?todo (?:esta |va )?(?:bien|en orden|correcto)"
        rf"(?: (?:en|con) (?:{_HERE}))?|¿?cual es el problema(?: (?:de|en|con) (?:{_HERE}))?"
        r"|(?:explica|muestra|lista)[a-z]*(?: (?:esta|la|las|mis|estas))? ?alertas?"
    ),
}
# One symptom of it.
_WHY = {
    ENGLISH: expression(r"\b(?:why|how come|what makes)\b"),
    FRENCH: expression(r"\bpourquoi\b"),
    SPANISH: expression(r"\b(?:por que|porque|a que se debe)\b"),
}
_IS_IT = expression(
    r"\b(?:is|are) (?:something|anything|there (?:something|anything|a problem)) "
    r"(?:wrong |broken )?with|(?:problem|trouble|issue) with|\bis (?:my|the|this) \w+ (?:ok|okay"
    r"|fine|failing|dying|healthy|broken|full|running out)\b"
    r"|probleme (?:avec|de|du)|problema (?:con|de)"
    r"|\b(?:va|vont)-?(?:t-)?(?:il|elle)? (?:bien|mal)\b|\best-il (?:plein|casse|malade)\b"
)
_FAILS = expression(
    r"\b(?:fail|failed|fails|failing|crash|crashed|crashes|die|died|dies|stop|stopped|stops|start"
    r"|starts|run|running|work|working|down|dead|broken|up|restarting|echoue|plante|arrete|marche"
    r"|demarre|fonctionne|tombe|mort|fallo|falla|fallado|arranca|funciona|caido|paro|murio|inicia"
    r"|arrancan|funcionan|cae|cayo|para|muere|fallando|detuvo|detenido|reinicia|redemarre|tue"
    r"|repond|responde|respond|responding|restart|restarts|killed|exit|exited|exits|hang|hangs"
    r"|hung|stuck|unreachable|inactive)\b"
)
_UNIT = expression(r"[a-z0-9@][a-z0-9@._:\\-]{1,79}\Z")
_QUOTED = expression("[\"'`«“][^\"'`»”]{3,}[\"'`»”]")
_ALERT = expression(r"\balert(?:a|e)?s?\b")


class Asked(NamedTuple):
    """What a question is about.

    ``topics`` is empty for the whole machine; ``units`` are names that may be units, ``services``
    those of them that can be nothing else; ``alerts`` is true where the open alerts are meant.
    ``language`` is that of the words which said so.
    """

    topics: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    alerts: bool = False
    language: str = ""


def read(question: Question) -> Asked | None:
    """What trouble ``question`` is about; None if it is about none of this machine's."""
    text = fold(question.text).replace("\u2019", "'")
    text = " ".join(text.split()).strip(" ?!.¿¡")
    words = text.replace("'", " ").split()
    if not words or len(words) > MAX_WORDS or _QUOTED.search(question.text):
        return None
    for language, general in _GENERAL.items():
        if general.fullmatch(text):
            return Asked(alerts=bool(_ALERT.search(text)), language=language)
    language = next((name for name, why in _WHY.items() if why.search(text)), "")
    if not language and not _IS_IT.search(text):
        return None
    language = language or question.language
    topics = frozenset(TOPICS[word] for word in words if word in TOPICS)
    units = tuple(word for word in question.content if _may_be_unit(word))
    if _FAILS.search(text) and units:
        services = () if words[0] in TO_LOOK else tuple(_list_services(words, units))
        return Asked(topics, units, services, language=language)
    if topics and _is_accounted_for(question):
        return Asked(topics, language=language)
    return None


def _may_be_unit(word: str) -> bool:
    folded = fold(word)
    return bool(_UNIT.match(word)) and not (
        folded in TOPICS
        or folded in SERVICE_WORDS
        or folded in SMALL
        or _FAILS.fullmatch(folded)
        or folded.endswith(INVERTED)
    )


def _list_services(words: Sequence[str], units: Sequence[str]) -> Iterator[str]:
    """Those of ``units`` that can only be meant as services."""
    called = bool(SERVICE_WORDS & set(words))
    for unit in units:
        ends = unit.endswith("d") and len(unit) > MIN_DAEMON and unit not in EVERYDAY_D
        if unit.endswith(SUFFIXES) or unit in SERVERS or (len(units) == 1 and (called or ends)):
            yield unit


def _is_accounted_for(question: Question) -> bool:
    """True where nothing is said beside topics and symptoms: no other subject is meant."""
    parts = (part for word in question.content for part in fold(word).split("-"))
    return all(part in TOPICS or part in ACCOUNTED or part.isdigit() or not part for part in parts)
