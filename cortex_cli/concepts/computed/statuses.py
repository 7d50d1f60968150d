"""What an HTTP status says: 404, 502 and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import tables
from cortex_cli.concepts.phrases import LIKELY, SURE, blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "RFC 9110"
_NUMBER = expression(r"(?<![\w.:/-])([1-5]\d\d)(?![\w/:-]|[.,]\d)")
_CUED = expression(r"\b(?:https?|web|nginx|apache2?|curl|erreur|error|page|statut|status|browser|"
                   r"navigateur|navegador|website|site)\b", re.IGNORECASE)  # fmt: skip
CUES = blocks(
    """
    http https status error errors code response web page website site server nginx apache curl
    browser returns returned gateway bad not found forbidden unauthorized internal request timeout
    unavailable service too many requests moved permanently redirect ok get gives says answer
    statut erreur reponse serveur navigateur renvoie passerelle
    estado respuesta servidor navegador devuelve pagina sitio
    """
)
HEAD = {"en": "HTTP {} ({}): ", "fr": "HTTP {} ({}) : ", "es": "HTTP {} ({}): "}
# Without a word about the web, only the ones that everybody knows.
FAMOUS = frozenset({301, 302, 304, 401, 403, 404, 418, 429, 500, 502, 503, 504})


def explain(question: str, language: str) -> Finding | None:
    """What the HTTP status in ``question`` says."""
    matches = list(_NUMBER.finditer(question))
    if len(matches) != 1:
        return None
    number = int(matches[0][1])
    rest = question[: matches[0].start()] + " " + question[matches[0].end() :]
    cued = bool(_CUED.search(rest))
    known = tables.load("statuses")
    if number not in known or find_leftovers(rest, CUES) or not (cued or number in FAMOUS):
        return None
    text = HEAD[language].format(number, known[number]["name"]) + known[number][language]
    return explanation(text, SOURCE, f"http {number}", SURE if cued else LIKELY)
