"""Finds the explanation that a question asks for: computed first, then compared, then named.

The whole subject must be a name of the glossary: a question about "nginx's worker process
limit" is not about processes.  What asks for a value of this machine is left to others.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cortex_cli.concepts import computed, glossary, questions
from cortex_cli.concepts.naming import plain, without_articles
from cortex_cli.expressions import expression
from cortex_cli.finding import Finding, ShownCommand

if TYPE_CHECKING:
    from cortex_cli.concepts.glossary import Concept, Glossary
    from cortex_cli.concepts.questions import Asked, Subject

KIND = "explanation"
COMPOSED = 0.75  # both explained one after the other: nobody wrote how they differ
SAME_TEXT = 0.8
MENTIONED = 0.85  # the name is one among others in the text: "Python" under interpreter
OPENING_WORDS = 6
QUALIFIED = 0.9  # "a branch in git": the second is related to the first
SEE_ALSO = {"en": "See also: ", "fr": "Voir aussi : ", "es": "Véase también: "}
SHOWS_IT = {"en": "shows it here", "fr": "le montre ici", "es": "lo muestra aquí"}
MAX_SEE = 4
WRITTEN = 0.96
_SENTENCE_END = expression(r"[.!?](?= [A-ZÀ-Ý¿¡])")
_QUALIFIER = expression(r" (?:in|on|of|en|dans|sous|de|for|du|del) ")


def find(question: str, language: str) -> Finding | None:
    """The explanation that ``question`` asks for, in ``language``, or None."""
    spoken = language if language in glossary.LANGUAGES else glossary.LANGUAGES[0]
    if questions.is_for_a_way(question):
        return None
    worked_out = computed.explain(question, spoken)
    if worked_out is not None:
        return worked_out
    asked = questions.read(question)
    if not asked.subjects and not asked.pairs:
        return None
    known = glossary.load()
    return (
        _defined(asked, known, spoken, 0.9)
        or _compared(asked, known, spoken)
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
        one = known.concept(subject.text[: match.start()], language)
        other = known.concept(subject.text[match.end() :], language)
        if one and other and (other.id in one.see or one.id in other.see):
            return one
    return None


def _compared(asked: Asked, known: Glossary, language: str) -> Finding | None:
    """What distinguishes a pair; where nobody wrote it, what each of them is."""
    both: tuple[Concept, Concept, float] | None = None
    for left, right, sure in asked.pairs:
        one, other = _pair(left, right, known, language)
        if one is None or other is None:
            continue
        if one.id == other.id:  # told apart in one text: "pull and fetch"
            return _explained(one, known, language, SAME_TEXT)
        text = known.difference(one.id, other.id)
        if text is not None:
            subject = f"{one.id}/{other.id}"
            # Both are named and somebody wrote what distinguishes them.
            return Finding(
                KIND, max(sure, WRITTEN), text[language], sources=("glossary",), subject=subject
            )
        both = both or (one, other, sure)
    if both is None:
        return None
    one, other, sure = both
    text_of_both = f"{_opening(one, language)}\n{_opening(other, language)}"
    confidence = min(COMPOSED, sure)
    return Finding(
        KIND, confidence, text_of_both, sources=("glossary",), subject=f"{one.id}/{other.id}"
    )


def _pair(
    left: str, right: str, known: Glossary, language: str
) -> tuple[Concept | None, Concept | None]:
    """Both concepts; "hard and soft links" and "lien dur et symbolique" share a word."""
    one, other = _named(left, known, language), _named(right, known, language)
    if one is None and other is not None:
        one = known.concept(f"{left} {right.rsplit(maxsplit=1)[-1]}", language)
    elif other is None and one is not None:
        first = without_articles(left).split()[0]
        other = known.concept(f"{first} {right}", language)
    return one, other


def _named(text: str, known: Glossary, language: str) -> Concept | None:
    """The concept that ``text`` names, with or without a class word ("the ls command")."""
    for subject in questions.readings(text):
        if (found := known.concept(subject, language)) is not None:
            return found
    return None


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


def _opening(concept: Concept, language: str) -> str:
    """The first two sentences of an explanation."""
    text = concept.text[language]
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[1]] if len(ends) > 1 else text
