"""Explains failures from their texts: a log that is piped in, or a message in a question.

The order: find the entry, fill it in with what the log names, say it in the language of the
question.  Knows no model and runs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.error_texts import (
    entries,
    log_lines,
    placeholders,
    questions,
    ranking,
    statuses,
)
from cortex_cli.error_texts.patterns import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.error_texts.entries import Catalogue, Entry
    from cortex_cli.error_texts.log_lines import Line
    from cortex_cli.finding import Finding

SURE, LIKELY, SYMPTOM = 0.95, 0.8, 0.5
# From this score on a match is a cause, below the second only a symptom.
CAUSE_SCORE, SYMPTOM_SCORE = 70.0, 45.0
# Below, a match is noise: the most telling line says more.
MIN_SCORE = 10.0
# Entries below only report that something failed.
SYMPTOM_RANK = 35
MAX_QUESTION = 2000
# A text that is nothing but an error text.
WHOLE = 0.75


def find_in_log(text: str, question: str, language: str) -> Finding | None:
    """Why what ``text`` (a log, untrusted) reports went wrong, in ``language`` (en, fr, es).

    None where nothing in it speaks of an error.  Where the catalogue has no entry the finding
    says so, quotes the most telling line, and its confidence is low.
    """
    from cortex_cli.error_texts import fallback

    language = language if language in entries.LANGUAGES else "en"
    log = log_lines.read(text)
    if not log.lines:
        return None
    question = question[:MAX_QUESTION]
    ranked = ranking.candidates(log, question, entries.load())
    if not ranked or ranked[0].score < MIN_SCORE:
        return fallback.finding(log, question, language)
    best = ranked[0]
    if best.entry.rank < SYMPTOM_RANK:  # "failed with result …": the line before says more
        telling = fallback.finding(log, question, language)
        if telling is not None:
            return telling
    found = placeholders.values(best, log)
    return _finding(best.entry, found, language, _confidence(best.score), best.line)


def _confidence(score: float) -> float:
    if score >= CAUSE_SCORE:
        return SURE
    return LIKELY if score >= SYMPTOM_SCORE else SYMPTOM


def explain(question: str, language: str) -> Finding | None:
    """What the error that ``question`` quotes or names means; None where it names none."""
    language = language if language in entries.LANGUAGES else "en"
    question = question[:MAX_QUESTION]
    folded = fold(question)
    catalogue = entries.load()
    if not questions.may_be_explained(question, folded):
        return _of_bare_text(question, folded, catalogue, language)
    if entry := statuses.entry(folded, catalogue):
        return _finding(entry, {}, language, SURE)
    for quotation in questions.quotations(question):
        if finding := _of_message(quotation, catalogue, language, SURE):
            return finding
    if name := questions.longest_name(folded, catalogue.names):
        entry = catalogue.entries[catalogue.names[name]]
        return _finding(entry, {}, language, SURE if " " in name else LIKELY)
    number = statuses.asked(folded)
    if number is not None:
        return statuses.computed(number, language)
    return _of_message(question, catalogue, language, LIKELY)


def _of_bare_text(
    question: str, folded: str, catalogue: Catalogue, language: str
) -> Finding | None:
    """What an error text means that stands alone, or quoted and with nothing asked."""
    if questions.is_of_texts(folded):
        return None
    for message in (*questions.quotations(question), question):
        if finding := _named(message, catalogue, language, SURE):
            return finding
    for quotation in questions.quotations(question):
        if finding := _of_message(quotation, catalogue, language, LIKELY):
            return finding
    entry = _whole_match(folded.strip(" .!?"), catalogue)
    return _finding(entry, {}, language, LIKELY) if entry else None


def _whole_match(folded: str, catalogue: Catalogue) -> Entry | None:
    """The entry one of whose expressions matches most of a text."""
    log = log_lines.read(folded)
    for candidate in ranking.candidates(log, "", catalogue) if log.lines else []:
        for expression in candidate.entry.match:
            match = expression.search(folded)
            if match and len(match[0]) >= WHOLE * len(folded):
                return candidate.entry
    return None


def _of_message(
    message: str, catalogue: Catalogue, language: str, confidence: float
) -> Finding | None:
    log = log_lines.read(message)
    ranked = ranking.candidates(log, "", catalogue) if log.lines else []
    if ranked:
        best = ranked[0]
        found = placeholders.values(best, log)
        return _finding(best.entry, found, language, confidence)
    return _named(message, catalogue, language, confidence)


def _finding(
    entry: Entry,
    found: Mapping[str, str],
    language: str,
    confidence: float,
    line: Line | None = None,
) -> Finding:
    from cortex_cli.error_texts import phrasing  # most questions name no error

    return phrasing.finding(entry, found, language, confidence, line)


def _named(message: str, catalogue: Catalogue, language: str, confidence: float) -> Finding | None:
    name = fold(message).strip(" .!")
    entry: Entry | None = catalogue.entries.get(catalogue.names.get(name, ""))
    return _finding(entry, {}, language, confidence) if entry else None
