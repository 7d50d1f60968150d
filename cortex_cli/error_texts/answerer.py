"""Explains failures from their texts: a log that is piped in, or a message in a question.

The order: find the entry, fill it in with what the log names, say it in the language of the
question.  Knows no model and runs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cortex_cli.error_texts import (
    entries,
    log_lines,
    placeholders,
    program_statuses,
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
# A text that is nothing but an error text: how much of it an entry recognises.
WHOLE, MOST = 0.75, 0.45
# The very words of an error text, and nothing else.
EXACT = 0.98


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
    ranked = ranking.find_candidates(log, question, entries.load())
    if not ranked or ranked[0].score < MIN_SCORE:
        return fallback.build_finding(log, question, language)
    best = ranked[0]
    if best.entry.rank < SYMPTOM_RANK:  # "failed with result …": the line before says more
        telling = fallback.build_finding(log, question, language)
        if telling is not None:
            return telling
    values = placeholders.collect_values(best, log)
    return _build_finding(best.entry, values, language, _confidence(best.score), best.line)


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
    if finding := program_statuses.explain(folded, language):
        return finding
    if not questions.may_be_explained(question, folded):
        return _explain_bare_text(question, folded, catalogue, language)
    if finding := statuses.explain(question, folded, catalogue, language):
        return finding
    if questions.is_message(question) and (
        finding := _explain_message(question, catalogue, language, EXACT)
    ):
        return finding
    for quotation in questions.quotations(question):
        if finding := _explain_message(quotation, catalogue, language, SURE):
            return finding
    if name := questions.find_longest_name(folded, catalogue.names):
        entry = catalogue.entries[catalogue.names[name]]
        return _build_finding(entry, {}, language, SURE if " " in name else LIKELY)
    number = statuses.find_status(folded)
    if number is not None:
        return statuses.explain_number(number, language)
    return _explain_message(question, catalogue, language, LIKELY)


def _explain_bare_text(
    question: str, folded: str, catalogue: Catalogue, language: str
) -> Finding | None:
    """What an error text means that stands alone, or quoted and with nothing asked."""
    if questions.is_of_texts(folded):
        return None
    for message in (*questions.quotations(question), question):
        if finding := _explain_name(message, catalogue, language, EXACT):
            return finding
    for quotation in questions.quotations(question):
        if finding := _explain_message(quotation, catalogue, language, LIKELY):
            return finding
    return _explain_whole_message(question, folded, catalogue, language)


def _explain_whole_message(
    question: str, folded: str, catalogue: Catalogue, language: str
) -> Finding | None:
    """What a message means that is pasted as it was printed."""
    if questions.is_message(question):
        if finding := _explain_message(question, catalogue, language, EXACT):
            return finding
        if (name := questions.find_longest_name(folded, catalogue.names)) and " " in name:
            return _build_finding(catalogue.entries[catalogue.names[name]], {}, language, EXACT)
    if questions.may_be_message(folded) and (
        finding := _explain_leading_name(folded, catalogue, language)
    ):
        return finding
    least = MOST if questions.may_be_message(folded) else WHOLE
    entry = _match_whole(folded.strip(" .!?"), catalogue, least)
    sure = EXACT if entry and _match_whole(folded.strip(" .!?"), catalogue, WHOLE) else LIKELY
    return _build_finding(entry, {}, language, sure) if entry else None


def _match_whole(folded: str, catalogue: Catalogue, least: float) -> Entry | None:
    """The entry one of whose expressions matches most of a text."""
    log = log_lines.read(folded)
    for candidate in ranking.find_candidates(log, "", catalogue) if log.lines else []:
        for expression in candidate.entry.match:
            match = expression.search(folded)
            if match and len(match[0]) >= least * len(folded):
                return candidate.entry
    return None


def _explain_message(
    message: str, catalogue: Catalogue, language: str, confidence: float
) -> Finding | None:
    log = log_lines.read(message)
    ranked = ranking.find_candidates(log, "", catalogue) if log.lines else []
    if not ranked and (short := questions.reduce(fold(message))) and " " in short:
        log = log_lines.read(short)
        ranked = ranking.find_candidates(log, "", catalogue)
    if ranked:
        best = ranked[0]
        values = placeholders.collect_values(best, log)
        return _build_finding(best.entry, values, language, confidence)
    return _explain_name(message, catalogue, language, confidence)


def _build_finding(
    entry: Entry,
    values: Mapping[str, str],
    language: str,
    confidence: float,
    line: Line | None = None,
) -> Finding:
    from cortex_cli.error_texts import phrasing  # most questions name no error

    return phrasing.build_finding(entry, values, language, confidence, line)


def _explain_name(
    message: str, catalogue: Catalogue, language: str, confidence: float
) -> Finding | None:
    name = fold(message).strip(" .!")
    entry: Entry | None = catalogue.entries.get(catalogue.names.get(name, ""))
    if entry is None:
        entry = catalogue.entries.get(reduce_names().get(questions.reduce(name), ""))
    return _build_finding(entry, {}, language, confidence) if entry else None


@lru_cache(1)
def reduce_names() -> dict[str, str]:
    """The names of two words and more without articles and copulas, with their entries' ids."""
    names = entries.load().names
    ids: dict[str, str] = {}
    for name, entry in names.items():
        short = questions.reduce(name)
        if " " in short:
            ids.setdefault(short, entry)
    return ids


def _explain_leading_name(folded: str, catalogue: Catalogue, language: str) -> Finding | None:
    """What an error text means that a text begins with, before it says when it occurs."""
    words = folded.split()
    for length in range(min(questions.LONGEST_NAME, len(words) - 1), 1, -1):
        name = " ".join(words[:length])
        rest = folded[len(name) :] if folded.startswith(name) else ""
        if questions.continues(rest) and (
            finding := _explain_name(name, catalogue, language, SURE)
        ):
            return finding
    return None
