"""What a question says about an error: the message it quotes, and whether it asks for its meaning.

"find the lines with 'permission denied'" quotes an error text and asks for something else;
it must not be taken for a question about the error.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Mapping

# No name of an error has more words.
LONGEST_NAME = 8
_QUOTED = expression(
    r'"([^"\n]{3,300})"|`([^`\n]{3,300})`|«\s?([^»\n]{3,300}?)\s?»|\u201c([^\u201d\n]{3,300})\u201d'
    r"|(?<!\w)['\u2018]([^'\u2019\n]{3,300})['\u2019](?!\w)"
)
# Asked of an error (see ``patterns.fold``): its meaning, its cause, its remedy.
_OF_ERRORS = expression(
    r"\b(?:mean(?:s|ing)?|stands? for|error|errors|errno|message|says?|complain\w*|why|fix|solve|"
    r"solution|repair|cause[sd]?|reason|wrong|getting|get|got|gives?|shows?|fails?|failed|refuses?|"
    r"exit|exited|exits|status|signal|return code|crash\w*|explain|"
    r"what (?:do|should|can) i do|what is|what's|what are|"
    r"signifie|veut dire|erreur|pourquoi|corriger|resoudre|reparer|affiche|echoue|dit|raison|"
    r"statut|code de retour|explique\w*|qu'est-ce|c'est quoi|"
    r"que (?:faire|dois-je faire|puis-je faire)|recois|obtiens|"
    r"significa|quiere decir|errores|mensaje|por que|porque|arreglar|solucionar|resolver|dice|"
    r"aparece|muestra|falla|estado|senal|codigo|explica\w*|que es|"
    r"que (?:hacer|hago|puedo hacer)|me sale|da)\b"
)
# Asked of texts and files: errors are only what is looked for.
_OF_TEXTS = expression(
    r"\b(?:grep|search|count|replace|contain\w*|lines? (?:with|that|which)|files? (?:with|that)|"
    r"occurrences?|filter|delete (?:all|the|every)|echo|rename|write a script|"
    r"cherche[rz]?|compte[rz]?|remplace[rz]?|contenant|contien\w*|lignes? (?:avec|qui)|filtre[rz]?|"
    r"busca[rn]?|conta[rn]?|reemplaza[rn]?|contenga\w*|lineas? (?:con|que)|filtra[rn]?)\b"
)
# Asked of this machine, or of two things: other answerers know more.
_OF_OTHERS = expression(
    r"\b(?:why is|why does|pourquoi|por que) (?:\w+ ){0,3}"
    r"(?:my|mon|ma|mes|mi|mis|this|cette|ce|esta|este) (?:\w+ )?"
    r"(?:disk|disque|disco|machine|computer|ordinateur|maquina|server|serveur|servidor|pc)\b"
    r"|\b(?:differences?|diferencias?) (?:between|entre)|\b(?:vs|versus)\b"
)
_MEANING = expression(r"\b(?:mean|means|meaning|signifie|veut dire|significa|quiere decir)\b")
_ERRNO = expression(r"\bE[A-Z][A-Z0-9]{2,14}\b|\bSIG[A-Z]{3,6}\d?\b|\b2\d\d/[A-Z_]{3,20}\b")
_WORD = expression(r"[\w/+.'-]+")
_SMALL = frozenset(
    """
    the a an is are was were has have been be le la les l un une de du des d est sont a ete
    el los las uno una es esta estan ha sido del
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_CONTINUES = expression(
    r"[\s,:;(-]*(?:when|while|on|in|for|at|after|during|with|from|as|if|trying|running|but|and|though|"
    r"lors|quand|en|au|aux|a|pendant|apres|sur|dans|pour|avec|alors|mais|malgre|"
    r"al|cuando|tras|despues|durante|con|para|mientras|pero|si)\b"
)
# A message as programs print it: "bash: …", "E: …", "KeyError: …", "ERR_CONNECTION_REFUSED".
_PREFIX = expression(
    r"\s*(?:[EWN]|[A-Za-z_/][\w./+^-]{1,40}(?:\[\d{1,7}\])?):\s+\S|\s*Traceback \(|\s*\*\*\* "
    r"|\s*\[ *\d+\.\d+\]"
)
_MARK = expression(
    r"\b[A-Z]\w{1,40}(?:Error|Exception)\b|\b(?:SSL_|NS_)?ERR(?:OR)?_[A-Z_]{3,40}\b|\bnpm ERR!"
    r"|\bFailed with result\b|\bcode=(?:exited|killed|dumped)\b|\bstatus=\d{1,3}/[A-Z]"
    r"|\(core dumped\)|\[(?:emerg|error|crit|alert)\]|\bERROR \d{4}\b"
)
_REQUEST = expression(
    r"\s*(?:how|what|what's|which|who|where|when|is|are|does|do|did|can|could|should|show|list|find|"
    r"print|display|delete|remove|search|grep|count|tell|give|make|create|comment|quel|quelle|quels|"
    r"quelles|combien|ou|quand|qui|est-ce|montre|affiche|liste|cherche|compte|supprime|como|cual|"
    r"cuales|cuanto|cuantos|donde|quien|muestra|lista|busca|cuenta|borra)\b"
)


def is_of_texts(folded: str) -> bool:
    """True where something is looked for in texts, and no meaning is asked for."""
    return bool(_OF_TEXTS.search(folded)) and not _MEANING.search(folded)


def asks_about_error(folded: str) -> bool:
    """True where a question (see ``patterns.fold``) asks about an error, not about text."""
    if is_of_texts(folded):
        return False
    return bool(_OF_ERRORS.search(folded)) and not _OF_OTHERS.search(folded)


def may_be_explained(question: str, folded: str) -> bool:
    """True where a question asks about an error, or is about one that it names in capitals."""
    return asks_about_error(folded) or (has_symbol(question) and not _OF_OTHERS.search(folded))


def quotations(question: str) -> list[str]:
    """What stands in quotation marks."""
    return [next(one for one in groups if one) for groups in _QUOTED.findall(question)]


def reduce(folded: str) -> str:
    """``folded`` without articles and copulas: "l'adresse est deja utilisee" is libc's text."""
    return " ".join(word for word in _WORD.findall(folded.replace("'", " ")) if word not in _SMALL)


def continues(folded: str) -> bool:
    """True where a text goes on after an error text to say when or where: "when running x"."""
    return bool(_CONTINUES.match(folded))


def is_message(question: str) -> bool:
    """True where a question is nothing but a message, by the marks that programs set."""
    return bool(_PREFIX.match(question) or _MARK.search(question))


def may_be_message(folded: str) -> bool:
    """True where a question (see ``patterns.fold``) has no form of a question or an order."""
    return not _REQUEST.match(folded) and "?" not in folded


def has_symbol(question: str) -> bool:
    """True where it names an errno, a signal or a systemd result in capitals."""
    return bool(_ERRNO.search(question))


def find_longest_name(folded: str, names: Mapping[str, str]) -> str | None:
    """The longest of ``names`` that occurs in ``folded`` word for word."""
    words = [word.strip(".'") for word in _WORD.findall(folded)]
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if (name := " ".join(words[start : start + length])) in names:
                return name
    return None
