"""Whether a question is about trouble on this machine, and which.  Pure text, three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.language.question import Question

DISK, LOAD, MEMORY, HEAT, NETWORK, UPDATES, CERTIFICATE = (
    "disk",
    "load",
    "memory",
    "heat",
    "network",
    "updates",
    "certificate",
)
# Longer questions bring their own story: they are not about this machine as a whole.
MAX_WORDS = 16

# Without accents, in lower case.
_TOPIC_WORDS = {
    DISK: "disk disks space full storage inode inodes filesystem partition disque plein espace"
    " stockage disco lleno espacio almacenamiento",
    LOAD: "slow slowly sluggish lags laggy lagging load busy cpu processor fast rame lent lente"
    " lentement charge processeur lento lenta carga procesador",
    MEMORY: "memory ram swap oom memoire memoria",
    HEAT: "hot heat overheating temperature fan fans chaud chauffe surchauffe ventilateur caliente"
    " calienta temperatura ventilador",
    NETWORK: "network internet dns online offline reseau connexion red conexion",
    UPDATES: "updates update outdated secure vulnerable reboot",
    CERTIFICATE: "certificate certificates certificat certificats certificado certificados tls",
}
_TOPICS = {word: topic for topic, text in _TOPIC_WORDS.items() for word in text.split()}

_HERE = (
    r"(?:this|the|my|our|your)? ?(?:machine|computer|system|server|box|host|pc|laptop)"
    r"|(?:cette|la|ma|le|mon|ce) ?(?:machine|ordinateur|systeme|serveur|pc)"
    r"|(?:esta|la|mi|el|este) ?(?:maquina|equipo|ordenador|sistema|servidor|computadora|pc)"
    r"|it|here|everything|ici|tout|ca|aqui|todo|esto"
)
# The whole machine: what is wrong, is all well, which alerts are open.
_GENERAL = re.compile(
    r"what(?:'s| is|s)? (?:going )?(?:wrong|broken|failing|the (?:problem|matter|trouble)|up)"
    rf"(?: (?:on|with|in))?(?: (?:{_HERE}))?(?: now| today| right now)?"
    r"|(?:is|are) (?:there )?(?:something|anything|some|any)(?:thing)? ?(?:wrong|broken|failing"
    r"|amiss|problems?|issues?|trouble|alerts?)(?: open| active)?"
    rf"(?: (?:on|with|in) (?:{_HERE}))?"
    r"|(?:is|are) (?:everything|all|things|this machine|the machine|my machine|this server"
    r"|the server|my server|the system|my system|this computer|my computer)"
    r" (?:ok|okay|fine|well|good|healthy|alright|all right|in order|working)"
    r"(?: (?:here|now|today))?"
    r"|(?:any|open|show|list|explain|what are)(?: me)?(?: (?:this|the|my|all|open|active|current))*"
    r" (?:problems?|alerts?|issues?)(?: (?:here|open|active|now))*"
    rf"|what does (?:this|the|my) alert mean|how (?:is|healthy is) (?:{_HERE})(?: doing| feeling)?"
    r"|(?:health|status) of (?:this|the|my) (?:machine|system|server|computer)"
    r"|(?:qu'est-ce qui|qu'est ce qui|quoi|ce qui) (?:ne va pas|va mal|cloche|ne marche pas)"
    rf"(?: (?:sur|avec|dans|chez))?(?: (?:{_HERE}))?"
    r"|(?:y a-t-il|il y a|est-ce qu'il y a)(?: un| une| des| quelque)? ?(?:problemes?|alertes?"
    r"|soucis?|chose qui ne va pas|chose qui cloche)"
    rf"(?: (?:sur|avec) (?:{_HERE}))?"
    r"|(?:est-ce que )?tout (?:va|est)(?:-il)? (?:bien|en ordre|ok)"
    rf"(?: (?:sur|avec) (?:{_HERE}))?|quel est le probleme(?: ici| (?:sur|avec|de) (?:{_HERE}))?"
    r"|(?:explique|montre|liste)[a-z-]*(?: (?:cette|l'|les|mes|ces))? ?alertes?"
    r"|(?:que|qu'a) (?:a|t-elle|se passe-t-il)(?: (?:cette machine|ce serveur|ici))?"
    r"|¿?que (?:le )?(?:pasa|ocurre|sucede|va mal|falla|esta mal|anda mal)"
    rf"(?: (?:a|en|con) (?:{_HERE}))?"
    r"|¿?(?:hay|existe)(?: algun| alguna| algo)? ?(?:problemas?|alertas?|mal|que falle|roto)"
    rf"(?: (?:en|con) (?:{_HERE}))?"
    r"|¿?(?:esta |va )?todo (?:esta |va )?(?:bien|en orden|correcto)"
    rf"(?: (?:en|con) (?:{_HERE}))?|¿?cual es el problema(?: (?:de|en|con) (?:{_HERE}))?"
    r"|(?:explica|muestra|lista)[a-z]*(?: (?:esta|la|las|mis|estas))? ?alertas?"
)
# One symptom of it.
_WHY = re.compile(r"\b(?:why|how come|what makes|pourquoi|por que|porque|a que se debe)\b")
_IS_IT = re.compile(
    r"\b(?:is|are) (?:something|anything|there (?:something|anything|a problem)) "
    r"(?:wrong |broken )?with|(?:problem|trouble|issue) with|\bis (?:my|the|this) \w+ (?:ok|okay"
    r"|fine|failing|dying|healthy|broken|full|running out)\b"
    r"|probleme (?:avec|de|du)|problema (?:con|de)"
    r"|\b(?:va|vont)-?(?:t-)?(?:il|elle)? (?:bien|mal)\b|\best-il (?:plein|casse|malade)\b"
)
_FAILS = re.compile(
    r"\b(?:fail|failed|fails|failing|crash|crashed|crashes|die|died|dies|stop|stopped|stops|start"
    r"|starts|run|running|work|working|down|dead|broken|up|restarting|echoue|plante|arrete|marche"
    r"|demarre|fonctionne|tombe|mort|fallo|falla|fallado|arranca|funciona|caido|paro|murio|inicia)\b"
)
_UNIT = re.compile(r"[a-z0-9@][a-z0-9@._:\\-]{1,79}\Z")
_QUOTED = re.compile("[\"'`«“][^\"'`»”]{3,}[\"'`»”]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: topics (empty for the whole machine), names that may be units."""

    topics: frozenset[str]
    units: tuple[str, ...]


def read(question: Question) -> Asked | None:
    """What trouble ``question`` is about; None if it is about none of this machine's."""
    said = fold(question.text).replace("\u2019", "'")
    said = " ".join(said.split()).strip(" ?!.¿¡")
    words = said.replace("'", " ").split()
    if not words or len(words) > MAX_WORDS or _QUOTED.search(question.text):
        return None
    if _GENERAL.fullmatch(said):
        return Asked(frozenset(), ())
    topics = frozenset(_TOPICS[word] for word in words if word in _TOPICS)
    if not (_WHY.search(said) or _IS_IT.search(said)):
        return None
    units = tuple(word for word in question.content if _UNIT.match(word) and word not in _TOPICS)
    if _FAILS.search(said) and units:
        return Asked(topics, units)
    return Asked(topics, ()) if topics else None
