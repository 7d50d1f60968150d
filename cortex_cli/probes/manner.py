"""Whether a sentence asks for the state of this machine, and how directly.

"How do I …" asks for a way, "what is an inode" for a meaning, "why …" for a cause: none of
them is a fact.  "Show me …" may be either, and counts for less.  Pure.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cortex_cli.actions import lexicon
from cortex_cli.actions.parameters import SOFTWARE
from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

# "show the users" may want the command as much as the users.
SHOWN = 0.88
# "what is swap" is a definition unless more is said.
BARE = 0.65
MANY, LOOSE = 2, 0.92
NEARLY = 0.74
_OPENERS = (
    "which",
    "what",
    "where",
    "when",
    "quel",
    "quelle",
    "combien",
    "cual",
    "cuanto",
    "donde",
)
MAX_ASKED_CHARS = 300
_WAY = expression(
    r"\b(?:how\s+(?:do|does|can|could|should|would|to|might|must)\b|how'd\b|"
    r"(?:what|which)\s+(?:is|are)\s+the\s+(?:command|best\s+way|way)|what\s+command|which\s+command\s+(?:shows?|lists?|prints?|displays?|to|can|do|will|would|should)|"
    r"(?:a|the|some)\s+(?:command|way|tool)\s+(?:to|that|for)|"
    r"comment\s+(?:je|on|puis|peut|peux|pourrais|dois|faire|fait|faut|tu|vous|ne\s|(?:se\s+|s')?\w{2,20}(?:er|ir|re)\b)|"
    r"quelle\s+commande\s+(?:permet|affiche|montre|donne|pour|utiliser|faut|dois)|(?:une|la)\s+commande\s+(?:pour|qui)|"
    r"c[oó]mo\s+(?:puedo|puede|se\s+puede|podr[ií]a|hago|hacer|debo|(?!se\s+llama|est[aá]|va\b|anda)(?:\w{2,20}[aei]r(?:l[oae]s?|me|se)?|\w{2,20}o)\b|se\s+(?!llama)\w{2,20})|"
    r"qu[eé]\s+(?:comando|orden)\s+(?:muestra|sirve|permite|uso|lista|hay|para|debo)|(?:un|el)\s+comando\s+(?:para|que))",
    re.IGNORECASE,
)
_NO_FACT = expression(
    r"\b(?:why|pourquoi|por\s+qu[eé]|should\s+i|what\s+happens|what\s+if|difference\s+between|"
    r"différence\s+entre|diferencia\s+entre|mean|means|meaning|stand\s+for|veut\s+dire|signifie|"
    r"significa|quiere\s+decir|explain|explique[rz]?|explica(?:r|me)?|define|definition|invented|"
    r"à\s+quoi\s+sert|para\s+qu[eé]\s+sirve|used\s+for|purpose\s+of|what\s+does\s+(?:\S{1,40}\s+){1,4}do\b|default\s+port\b|can\s+i\s+run\b|history\s+of|recommend|"
    r"better\s+than|\bbest\b|meilleure?s?\b|mejor(?:es)?\b|by\s+default|faster\s+than|in\s+general|en\s+général|en\s+general|is\s+it\s+(?:safe|ok|normal|possible)|tell\s+me\s+about|joke|poem|write\s+me|"
    r"do\s+you\s+(?:like|love|hate|think|want|prefer|feel)|(?:made|created|built)\s+you\b|who\s+are\s+you|"
    r"te\s+gustan?|aimes?[- ]tu|aimez[- ]vous|news\b|les\s+nouvelles|noticias|"
    r"how\s+does|works?\s*\?|fonctionne\s*\?|funciona\s*\?)",
    re.IGNORECASE,
)
_MEANING = expression(
    r"\s*[¿¡]?\s*(?:(?:what|who)(?:\s+(?:is|are)|['\u2019]s)\s+an?\s+|"
    r"(?:qu'est[- ]ce\s+qu(?:'une?\b|e\s+l)|c'est\s+quoi|qu[eé]\s+(?:es|son)\b)"
    r"(?!\s+(?:mi|mis|mon|ma|mes|notre)\b)|(?:qu'est[- ]ce\s+que\s+c'est))",
    re.IGNORECASE,
)
_BARE_MEANING = expression(
    r"\s*(?:what\s+(?:is|are)|what's)\s+(?!the\b|my\b|this\b|our\b|your\b|on\b|in\b|installed|listening|running|using|mounted|eating|taking|hogging|consuming)",
    re.IGNORECASE,
)
_SHOW = expression(
    r"\s*(?:please\s+|can\s+you\s+|could\s+you\s+|i\s+want\s+to\s+|i\s+need\s+to\s+|i'd\s+like\s+to\s+)?"
    r"(?:show|list|display|print|output|find|see|view|check|get|count|compter|comptez|contar|cuenta|look\s+up|determine|"
    r"affiche[rz]?|montre[rz]?|lister?|listez|voir|trouve[rz]?|vérifie[rz]?|je\s+veux\s+voir|"
    r"muestra|mostrar|muéstrame|lista|listar|ver|encuentra|busca|buscar|comprueba|comprobar|imprime|enseña)\b",
    re.IGNORECASE,
)
# "list the files in /tmp" wants them listed, not counted.
_LISTED = expression(
    r"\s*(?:please\s+)?(?:show|list|display|print|find|affiche[rz]?|montre[rz]?|liste[rz]?|trouve[rz]?|"
    r"muestra|mostrar|lista|listar|encuentra|busca|buscar)\s+(?:\w{1,6}\s+){0,3}(?:files|fichiers|archivos|ficheros|folders|dossiers|carpetas|lines|lignes|líneas)\b",
    re.IGNORECASE,
)
# Verbs that change something: a sentence that says one of them asks for no fact, unless a
# probe's own phrase says it too ("pending upgrades").
CHANGING = frozenset(
    """
    delete create copy move rename replace change append insert add close write save compare join
    split truncate convert compress extract encrypt decrypt sign checksum verify backup sync upload
    download resume restore undo cancel start stop restart reload enable disable mask unmask kill
    force pause follow run schedule repeat background measure wait lock unlock allow deny prevent
    grant mount unmount format resize repair clean install uninstall purge upgrade update hold
    unhold reinstall simulate log_out connect shutdown reboot suspend hibernate
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


_OPENS = expression(
    r"\s*(?:(?:open|close|ouvr(?:e|ir|ez)|ferm(?:e|er|ez)|abr(?:e|ir)|cierra|cerrar)\s+(?:the\s+|le\s+|el\s+)?"
    r"(?:port|puerto)\s+\d|(?:make|mark|hacer|haz|rendre|rends|rendez|turn|set)\s)",
    re.IGNORECASE,
)
# "donne-moi l'adresse" gives no rights.
_GIVE = expression(
    r"\s*(?:give\s+(?:me|us)|donne[rz]?[- ](?:moi|nous)|d[aáe](?:me|nos))\b", re.IGNORECASE
)
# "mount options" and "update history" are things, though they begin with a verb.
_THING = expression(
    r"\s*(?:mount\s+(?:options?|points?)|update\s+history|boot\s+\w|backup\s+\w|lock\s+files?|"
    r"run\s+levels?)\b",
    re.IGNORECASE,
)
# "held packages" and "updates" begin a question, "hold the package" an order.
_PLAIN_VERB = expression(
    r"[^\W\d_]{2,30}(?<!s)(?<!ed)(?<!ing)(?<!é)(?<!ée)(?<!ado)(?<!ada)(?<!ido)(?<!ida)\Z"
)


def directness(asked: Sentence) -> float:
    """How directly a fact is asked, from 0 (not at all) to 1."""
    text = asked.text[:MAX_ASKED_CHARS]
    if _orders(asked):
        return 0.0
    if len(asked.text) > MAX_ASKED_CHARS or _WAY.search(text) or _NO_FACT.search(text):
        return 0.0
    if _MEANING.match(text) or _LISTED.match(text):
        return 0.0
    if _BARE_MEANING.match(text) and not _is_concrete(asked):
        return BARE if _words(asked) < MANY else LOOSE
    return SHOWN if _SHOW.match(text) else 1.0


def is_misspelt(word: str) -> bool:
    """Whether ``word`` is nearly one that opens a question: "wich", "waht", "cuanta"."""
    return bool(get_close_matches(fold(word), _OPENERS, n=1, cutoff=NEARLY))


def _orders(asked: Sentence) -> bool:
    """Whether it begins with a verb that changes something."""
    first = next(iter(asked.text.split()), "").strip("¡¿,.!?:").removesuffix("-moi")
    if _OPENS.match(asked.text):
        return True
    if _GIVE.match(asked.text) or _THING.match(asked.text):
        return False
    if not _PLAIN_VERB.match(first) or fold(first) in SOFTWARE:
        return False
    concept = lexicon.concept_of((fold(first),), asked.language)
    return concept is not None and concept.name in CHANGING


def _words(asked: Sentence) -> int:
    return sum(token.weight >= 1.0 for token in asked.tokens)


def _is_concrete(asked: Sentence) -> bool:
    return any(token.literal is not None or token.concept == "this" for token in asked.tokens)
