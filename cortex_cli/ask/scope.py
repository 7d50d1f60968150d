"""Whether a question is about something that this machine cannot know or do.  Pure.

"What is my neighbour's IP" is about another machine, "which editor do you like" about a taste:
no value read here and no command answers them, however well the words fit.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression

MAX_CHARS = 300
_PEOPLE = (
    r"neighbou?rs?|boss|wife|husband|girlfriend|boyfriend|friends?|colleagues?|mother|father|mom|dad|"
    r"brother|sister|son|daughter|kids?|voisine?|chef|patron|femme|mari|copain|copine|amie?|collègue|"
    r"mère|père|frère|sœur|fils|fille|vecin[oa]|jefe|jefa|mujer|esposa|marido|amig[oa]|compañer[oa]|"
    r"madre|padre|hermano|hermana|hijo|hija"
)
_THINGS = (
    r"phone|smartphone|tablet|tv|television|car|fridge|watch|téléphone|tablette|télé|voiture|frigo|"
    r"montre|móvil|teléfono|tableta|televisor|coche|nevera|reloj"
)
_ELSEWHERE = expression(
    rf"\b(?:{_PEOPLE})['\u2019]s\b"
    rf"|\b(?:my|our|mon|ma|mes|notre|mi|mis|nuestr[oa])\s+(?:{_PEOPLE}|{_THINGS})\b"
    rf"|\b(?:du|de la|del|de mon|de ma|de mi|de un|d'un)\s+(?:{_PEOPLE})\b"
    r"|\b(?:printer|router|server|imprimante|routeur|impresora)\b.{1,20}"
    r"\b(?:of|in|at|de|du|del|en)\s+(?:the\s+|la\s+|el\s+|le\s+)?(?:office|bureau|oficina|school|école|escuela)\b",
    re.IGNORECASE,
)
_TASTE = expression(
    r"\b(?:(?:what|which)(?:['\u2019]s|\s+is)?\s+(?:the\s+)?best\s+(?!way|command|method|tool|program|package)"
    r"|is\s+(?:the\s+)?best\W{0,3}$|favou?rite|do\s+you\s+(?:like|love|prefer)|préférée?s?\b"
    r"|aimes?[- ]tu|aimez[- ]vous"
    r"|t[ue]\s+favorit[oa]|te\s+gustan?)",
    re.IGNORECASE,
)
_WAY = expression(r"\s*[¿]?(?:how\s+(?:do|can|to|could|should)|comment\b|c[oó]mo\b)", re.IGNORECASE)
_ORDER = expression(
    r"\s*(?:copy|send|move|backup|back\s+up|mount|sync|connect|ping|scan|copie|envoie|monte|copia|"
    r"envía|monta|conecta)",
    re.IGNORECASE,
)
# "What does the program X do" wants its purpose, not where it is or whether it runs.
_PURPOSE = expression(
    r"\s*[¿]?(?:what\s+(?:does|do)\s+(?:the\s+)?(?:\S+\s+){1,4}(?:do|mean|stand\s+for)\b"
    r"|que\s+(?:fait|font|signifie|veut\s+dire)\b|à\s+quoi\s+ser(?:t|vent)\b"
    r"|qu[eé]\s+(?:hacen?|significan?|quiere\s+decir)\b|para\s+qu[eé]\s+sirven?\b)",
    re.IGNORECASE,
)


def is_elsewhere(question: str) -> bool:
    """True where another machine or a taste is asked about, and no way to do something."""
    if len(question) > MAX_CHARS or _WAY.match(question) or _ORDER.match(question):
        return False
    return bool(_ELSEWHERE.search(question) or _TASTE.search(question))


def is_for_a_purpose(question: str) -> bool:
    """True where the purpose or meaning of something named is asked for."""
    return len(question) <= MAX_CHARS and bool(_PURPOSE.match(question))
