"""Chooses among what the answerers found for one question.  Pure; asks nothing itself.

A meaning that is asked for in so many words is explained: "what is a socket" wants no list of
sockets.  "What is the load average" may want the meaning or the value, so it gets both.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.ask import scope
from cortex_cli.expressions import expression
from cortex_cli.finding import READS
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cortex_cli.finding import Finding

FACT, FAILURE, ACTION, EXPLANATION = "fact", "failure", "action", "explanation"
# A fact shows its command, too: of two that are about as sure it says more.
FACT_BONUS = 0.08
# From here on a question has the form of one for a meaning, and names a concept.
ASKED = 0.78
GLOSSARY = "glossary"
# The very words of an error text: "too many open files" asks for no number of files.
EXACT, CATALOGUE = 0.97, "error catalogue"
# A value that is surely the one that was named.
SURE_VALUE = 0.9
# A value is worth more than the way to read it, unless it was surely not asked for.
NEAR = 0.1
HERE = {ENGLISH: "Here: ", FRENCH: "Ici : ", SPANISH: "Aquí: "}
_ASKS = expression(
    r"\s*[¿]?(?:how|which|who|where|when|is(?!\s+a\s+directory)|are|does|do|did|has|have|was|were|can|combien|quels?|quelles?|quand|o[uù]|qui|"
    r"cu[aá]\w+|cu[aá]nt\w+|d[oó]nde|qui[eé]n)\b",
    re.IGNORECASE,
)
# It asks for a value; a way is not asked for.
_STATE = expression(
    r"\s*[¿]?(?:what(?:'s|\u2019s|s)?|which|who|how\s+(?:much|many|long|big|full|old|hot)|when|"
    r"is(?!\s+a\s+directory)|are|combien|quels?|quelles?|quand|qui|"
    r"cu[aá]l(?:es)?|cu[aá]nt[oa]s?|cu[aá]ndo|qui[eé]n(?:es)?|qu[eé])\b",
    re.IGNORECASE,
)
_MAY_MEAN = expression(
    r"\b(?:what|what's|whats|explain|describe|define|definition|meaning|means?|differen\w+|compare|"
    r"versus|vs|or|why|about|quoi|que|qu['\u2019]|sert|servent|signifi\w+|expliqu\w+|d[eé]fini\w+|"
    r"diff[eé]ren\w+|ou|pourquoi|qu[eé]|sirven?|significa\w*|explica\w*|diferencia\w*|"
    r"define|o|and|et|y)\b|[@*/$&|]",
    re.IGNORECASE,
)
_COMPARES = expression(r"\b(?:vs|versus)\b", re.IGNORECASE)


def choose(question: str, language: str, findings: Iterable[Finding]) -> Finding | None:
    """The best answer to ``question``, or None."""
    meant = _COMPARES.search(question) or scope.is_for_a_purpose(question)
    apart = meant or scope.is_elsewhere(question)
    candidates = [one for one in findings if not (apart and _is_lookup_or_action(one))]
    best = max(candidates, key=rank, default=None)  # the first of equals
    if best is not None and best.kind == ACTION and _STATE.match(question):
        best = _find_fact(best, candidates) or best
    if message := next(filter(_is_message, candidates), None):
        return message
    explained = max((one for one in candidates if one.kind == EXPLANATION), key=rank, default=None)
    if best is None or explained is None or explained.confidence < ASKED:
        return best
    if best.kind == ACTION:
        return explained
    if best.kind == FACT:
        return _add_value(explained, best, language)
    return best


def _is_lookup_or_action(finding: Finding) -> bool:
    """Whether it looks something up or does it: no two things are compared so."""
    return finding.kind in (FACT, ACTION)


def _find_fact(action: Finding, candidates: Sequence[Finding]) -> Finding | None:
    """The value itself, where ``action`` would only show how to read one."""
    if any(command.effect != READS for command in action.commands):
        return None
    fact = max((one for one in candidates if one.kind == FACT), key=rank, default=None)
    return fact if fact is not None and rank(fact) >= rank(action) - NEAR else None


def never_overrules(_question: str) -> bool:
    """For an answerer that has the word only if it is surest."""
    return False


def may_be_message(question: str) -> bool:
    """Whether ``question`` has no form of a question: an error text may have been pasted."""
    return "?" not in question and not _ASKS.match(question)


def may_ask_meaning(question: str) -> bool:
    """Whether a meaning or a comparison may be asked for; True too often, never too seldom."""
    return bool(_MAY_MEAN.search(question))


def _is_message(finding: Finding) -> bool:
    """Whether it explains an error text, and the question is nothing else."""
    named = finding.kind == FAILURE and finding.confidence >= EXACT
    return named and any(source.startswith(CATALOGUE) for source in finding.sources)


def rank(finding: Finding) -> float:
    """How much a finding has to say, by its confidence."""
    return finding.confidence + (FACT_BONUS if finding.kind == FACT else 0.0)


def _add_value(explained: Finding, fact: Finding, language: str) -> Finding:
    """The meaning, and the value here beside it."""
    if fact.confidence < SURE_VALUE or GLOSSARY not in explained.sources:
        return explained
    value = fact.text.partition("\n")[0]
    return replace(
        explained,
        text=f"{explained.text}\n{HERE.get(language, HERE[ENGLISH])}{value}",
        commands=fact.commands or explained.commands,
        sources=_deduplicate((*explained.sources, *fact.sources)),
        value=fact.value,
    )


def _deduplicate(sources: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sources))
