"""What is wrong with a model's explanation of an alert, judged against the alert itself.  Pure.

An explanation may only rearrange what the alert says: its numbers, its names and its causes must
be in the evidence, it must speak of the alert's subject, be complete and not repeat itself.
Sentences that only advise ("Check the journal.") may name what to look at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortexd.notify.cause_words import GROUPS
from cortexd.notify.number_check import find_invented

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SENTENCES = 8  # four are asked for
REPEATED_WORDS = 8
MAX_RUN = 12
# Words of the alert that are shorter, or these, name no subject.
MIN_SUBJECT_CHARS = 3
NO_SUBJECT = frozenset({"has", "are", "the", "and", "for", "not", "was", "its", "this", "been"})

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[\w'-]+")
_RUN = re.compile(rf"(\S)\1{{{MAX_RUN - 1}}}")
# What only a name has in it: a slash, a dot, an underscore, an at sign or a digit between letters.
_NAME = re.compile(r"[\w./@:+~-]+")
_NAME_MARK = re.compile(r"[A-Za-z][_@/.:][A-Za-z]|[A-Za-z]\d|^/|[a-z][A-Z]")
_ADVICE = re.compile(
    r"(?:[-*\d.)\s]{0,40})(?:first|then|next|finally|also|you should|you can|please"
    r"|it is recommended to|i recommend|i suggest)?[\s,:]{0,9}(?:check|look|review|verify|inspect"
    r"|run|see|consider|ensure|make sure|examine|investigate|use|try|confirm"
    r"|monitor|free|clean|restart|find|identify"
    r"|start|stop|remove|delete|contact|determine|list|read)\b",
    re.IGNORECASE,
)


def find_fault(text: str, subject: str, evidence: str, finish_reason: str) -> str | None:
    """Why ``text`` must not be shown with an alert, as a clause; None if nothing is wrong.

    ``subject`` is the alert's own sentences: one of their words must be in the text.
    """
    if not text.strip():
        return "it is empty"
    if finish_reason != "stop":
        return f"it is incomplete ({finish_reason or 'no finish reason'})"
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    if len(sentences) > MAX_SENTENCES:
        return f"it has {len(sentences)} sentences, not at most four"
    if _repeats(text):
        return "it repeats itself"
    known = evidence.lower()
    if invented := [*find_invented(text, evidence), *_find_unknown_names(text, known)]:
        return f"it invents {', '.join(invented)}"
    claims = [sentence for sentence in sentences if not _ADVICE.match(sentence)]
    if unsupported := list(_find_unsupported_causes(claims, known)):
        return f"it names causes that are not in the evidence: {', '.join(unsupported)}"
    if not _mentions(text, subject):
        return "it does not speak of the alert's subject"
    return None


def _repeats(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    seen = set()
    for start in range(len(words) - REPEATED_WORDS + 1):
        if (window := tuple(words[start : start + REPEATED_WORDS])) in seen:
            return True
        seen.add(window)
    return _RUN.search(text) is not None


def _find_unknown_names(text: str, known: str) -> Iterator[str]:
    for found in _NAME.findall(text):
        name = found.strip(".:,-")
        if _NAME_MARK.search(name) and name.lower() not in known:
            yield name


def _find_unsupported_causes(claims: list[str], known: str) -> Iterator[str]:
    for claim in claims:
        for group in GROUPS:
            named = next((word for word in group if _holds(claim.lower(), word)), None)
            if named is not None and not any(_holds(known, word) for word in group):
                yield named


def _holds(text: str, word: str) -> bool:
    """Whether a word of ``text`` begins with ``word``; short ones must be whole."""
    end = r"s?\b" if len(word) <= 4 or " " in word else ""
    return re.search(rf"\b{re.escape(word)}{end}", text) is not None


def _mentions(text: str, subject: str) -> bool:
    words = {word.lower() for word in _WORD.findall(text)}
    names = {word.lower() for word in _WORD.findall(subject) if len(word) >= MIN_SUBJECT_CHARS}
    names -= NO_SUBJECT
    return not names or not names.isdisjoint(words)
