"""Whether a question is about trouble on this machine, and which.  Pure text, three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
# Shorter words that end in d are seldom daemons.
MIN_DAEMON = 3

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
    rf"(?: (?:a|en|con))?(?: (?:{_HERE}))?"
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
    r"|demarre|fonctionne|tombe|mort|fallo|falla|fallado|arranca|funciona|caido|paro|murio|inicia"
    r"|arrancan|funcionan|cae|cayo|para|muere|fallando|detuvo|detenido|reinicia|redemarre|tue"
    r"|repond|responde|respond|responding|restart|restarts|killed|exit|exited|exits|hang|hangs"
    r"|hung|stuck|unreachable|inactive)\b"
)
_UNIT = re.compile(r"[a-z0-9@][a-z0-9@._:\\-]{1,79}\Z")
_QUOTED = re.compile("[\"'`«“][^\"'`»”]{3,}[\"'`»”]")
_ALERT = re.compile(r"\balert(?:a|e)?s?\b")
# Words that mean a unit beside a name, and endings of names that are units and nothing else.
_SERVICE_WORDS = frozenset(["service", "unit", "daemon", "unite", "servicio", "unidad", "demonio"])
_SUFFIXES = (".service", ".socket", ".timer", ".mount")
# Servers whose name in "why did NAME fail" means the service, whether it is here or not.
_SERVERS = frozenset(
    """
    nginx apache apache2 httpd caddy haproxy mysql mariadb postgresql postgres redis mongodb
    memcached docker containerd ssh cron postfix dovecot exim4 bind9 named unbound dnsmasq
    chrony rsyslog samba squid tomcat jenkins grafana prometheus rabbitmq elasticsearch php-fpm
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Halves of "won't", pronouns behind a French verb, and what else is no name.
_SMALL = frozenset(
    ["won", "doesn", "didn", "isn", "aren", "wasn", "hasn", "can", "couldn", "don", "again", "always", "now", "today", "suddenly", "keep", "keeps", "correctly", "properly", "anymore", "si", "ca", "ici", "toujours", "encore", "soudain", "correctement", "aqui", "siempre", "ahora", "ya", "hoy", "sigue", "vez", "otra", "nunca", "any", "ha", "been", "un", "esta", "este", "cette"]
)
_INVERTED = ("-il", "-elle", "-t", "-ils", "-elles", "-on")
_EVERYDAY_D = frozenset(
    """
    sound cloud download upload reload keyboard card build password command cloud world board
    word read thread grid bird wood food friend child record speed load cold field hold head
    hard bad old used need kind end mind hand land window method standard discord pad android
    """.split()  # noqa: SIM905
)
# What may be said beside a topic; any other word makes the question one of its own.
_ACCOUNTED = frozenset(
    """
    full slow slowly hot warm down dead broken loud noisy low high short out gone exhausted expired
    running run working work failing failed fail fails unreachable unstable dropping drop too so
    always many much all time again suddenly today now very getting get gets keep keeps almost nearly
    left free used up usage use big heavy filling fill fills filled wrong problem problems trouble issue
    issues ok okay fine dying healthy bad invalid responding answering resolve resolving reach
    connect slower faster eating taking server host box laptop home root drive ssd hdd my ran
    plein pleine rempli remplie remplit sature saturee tellement si tres trop toujours souvent plus
    soudain aujourd hui maintenant a t il elle est va vont bien mal marche marchent fonctionne
    fonctionnent panne lent lente rame chauffe chauffent expire invalide probleme problemes avec
    ordinateur serveur ma cette ca deja encore utilise utilisee disponible epuise fait bruit il-y-a
    y manque reste eleve elevee occupe occupee perdu coupe
    esta estan tan muy siempre mucho demasiado ahora hoy de repente lleno llena llenos lento lenta
    funciona funcionan falla fallan va van caduco caducado vencido problema problemas equipo
    ordenador maquina servidor sistema queda sin hace ruido alta alto ocupado ocupada todo ya casi
    falta faltan agota agotado agotada anda caido caida roto no hay acaba conecta responde usada
    usado
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about.

    ``topics`` is empty for the whole machine; ``units`` are names that may be units, ``services``
    those of them that can be nothing else; ``alerts`` is true where the open alerts are meant.
    """

    topics: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    alerts: bool = False


def read(question: Question) -> Asked | None:
    """What trouble ``question`` is about; None if it is about none of this machine's."""
    said = fold(question.text).replace("\u2019", "'")
    said = " ".join(said.split()).strip(" ?!.¿¡")
    words = said.replace("'", " ").split()
    if not words or len(words) > MAX_WORDS or _QUOTED.search(question.text):
        return None
    if _GENERAL.fullmatch(said):
        return Asked(alerts=bool(_ALERT.search(said)))
    if not (_WHY.search(said) or _IS_IT.search(said)):
        return None
    topics = frozenset(_TOPICS[word] for word in words if word in _TOPICS)
    units = tuple(word for word in question.content if _may_be_unit(word))
    if _FAILS.search(said) and units:
        return Asked(topics, units, tuple(_services(words, units)))
    return Asked(topics) if topics and _all_accounted(question) else None


def _may_be_unit(word: str) -> bool:
    folded = fold(word)
    return bool(_UNIT.match(word)) and not (
        folded in _TOPICS
        or folded in _SERVICE_WORDS
        or folded in _SMALL
        or _FAILS.fullmatch(folded)
        or folded.endswith(_INVERTED)
    )


def _services(words: Sequence[str], units: Sequence[str]) -> Iterator[str]:
    """Those of ``units`` that can only be meant as services."""
    called = bool(_SERVICE_WORDS & set(words))
    for unit in units:
        ends = unit.endswith("d") and len(unit) > MIN_DAEMON and unit not in _EVERYDAY_D
        if unit.endswith(_SUFFIXES) or unit in _SERVERS or (len(units) == 1 and (called or ends)):
            yield unit


def _all_accounted(question: Question) -> bool:
    """True where nothing is said beside topics and symptoms: no other subject is meant."""
    said = (part for word in question.content for part in fold(word).split("-"))
    return all(part in _TOPICS or part in _ACCOUNTED or part.isdigit() or not part for part in said)
