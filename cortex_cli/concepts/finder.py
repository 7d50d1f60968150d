"""Finds the explanation that a question asks for: computed first, then compared, then named.

The whole subject must be a name of the glossary: a question about "nginx's worker process
limit" is not about processes.  What asks for a value of this machine is left to others.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cortex_cli.concepts import comparison, computed, glossary, questions
from cortex_cli.concepts.naming import plain, without_articles
from cortex_cli.expressions import expression
from cortex_cli.finding import Finding, ShownCommand

if TYPE_CHECKING:
    from cortex_cli.concepts.glossary import Concept, Glossary
    from cortex_cli.concepts.questions import Asked, Subject

KIND = "explanation"
MENTIONED = 0.85  # the name is one among others in the text: "Python" under interpreter
OPENING_WORDS = 6
QUALIFIED = 0.9  # "a branch in git": the second is related to the first
SEE_ALSO = {"en": "See also: ", "fr": "Voir aussi : ", "es": "Véase también: "}
SHOWS_IT = {"en": "shows it here", "fr": "le montre ici", "es": "lo muestra aquí"}
MAX_SEE = 4
_QUALIFIER = expression(r" (?:in|on|of|en|dans|sous|de|for|du|del) ")


def find(question: str, language: str) -> Finding | None:
    """The explanation that ``question`` asks for, in ``language``, or None."""
    spoken = language if language in glossary.LANGUAGES else glossary.LANGUAGES[0]
    if questions.is_for_a_way(question):
        return None
    asked = questions.read(question)
    worked_out = comparison.of_literals(asked.pairs, spoken) or computed.explain(question, spoken)
    if worked_out is not None:
        return worked_out
    if not asked.subjects and not asked.pairs:
        return None
    known = glossary.load()
    return (
        _defined(asked, known, spoken, 0.9)
        or comparison.of_concepts(asked.pairs, known, spoken)
        or _defined(asked, known, spoken, 0.0)
    )


def _defined(asked: Asked, known: Glossary, language: str, least: float) -> Finding | None:
    """The surest subject that is a concept."""
    best: tuple[float, Concept] | None = None
    for subject in asked.subjects:
        found = known.concept(subject.text, language)
        sure = subject.sure
        if found is None and (found := _qualified(subject, known, language)) is not None:
            sure *= QUALIFIED
        if found is not None and _is_mentioned(subject.text, found, language):
            sure *= MENTIONED
        if found is not None and sure >= least and (best is None or sure > best[0]):
            best = (sure, found)
    return None if best is None else _explained(best[1], known, language, best[0])


def _is_mentioned(name: str, concept: Concept, language: str) -> bool:
    """Whether the text of ``concept`` speaks of ``name`` only on the way."""
    said = without_articles(name)
    text = plain(concept.text[language])
    opening = " ".join(text.split()[:OPENING_WORDS])
    first = plain(concept.name(language))
    return said.isalnum() and said != first and said in text and said not in opening


def _qualified(subject: Subject, known: Glossary, language: str) -> Concept | None:
    """The concept of "X in Y" where the glossary relates the two."""
    for match in _QUALIFIER.finditer(subject.text):
        left, right = subject.text[: match.start()], subject.text[match.end() :]
        if found := known.concept(f"{right} {left}", language):  # "a target of systemd"
            return found
        one, other = known.concept(left, language), known.concept(right, language)
        if one and other and _are_related(one, other, language):
            return one
    return None


def _are_related(one: Concept, other: Concept, language: str) -> bool:
    """Whether the glossary relates two concepts, or the text of one speaks of the other."""
    if other.id in one.see or one.id in other.see:
        return True
    return plain(other.name(language)) in plain(one.text[language])


def _explained(concept: Concept, known: Glossary, language: str, sure: float) -> Finding:
    text = concept.text[language]
    related = [known.concepts[other].name(language) for other in concept.see[:MAX_SEE]]
    if related:
        text += f"\n{SEE_ALSO[language]}{', '.join(related)}."
    return Finding(
        KIND,
        round(sure, 2),
        text,
        commands=commands_of(concept, language),
        sources=("glossary",),
        subject=concept.id,
    )


def commands_of(concept: Concept, language: str) -> tuple[ShownCommand, ...]:
    """The command that shows ``concept`` here; root is a flag, not a word of it."""
    if not concept.command:
        return ()
    pipeline = tuple(tuple(shlex.split(part)) for part in concept.command.split(" | "))
    root = pipeline[0][0] == "sudo"
    bare = (pipeline[0][1:], *pipeline[1:]) if root else pipeline
    return (
        ShownCommand(
            bare,
            " | ".join(shlex.join(argv) for argv in bare),
            needs_root=root,
            package=concept.package,
            note=SHOWS_IT[language],
        ),
    )
