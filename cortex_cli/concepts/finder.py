"""Finds the explanation that a question asks for: computed first, then compared, then named.

The whole subject must be a name of the glossary: a question about "nginx's worker process
limit" is not about processes.  What asks for a value of this machine is left to others.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.concepts import comparison, computed, glossary, questions
from cortex_cli.concepts.naming import keys, plain, strip_articles
from cortex_cli.concepts.phrases import capital
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
        _define(asked, known, spoken, 0.9)
        or comparison.of_concepts(asked.pairs, known, spoken)
        or _define(asked, known, spoken, 0.0)
    )


def _define(asked: Asked, known: Glossary, language: str, least: float) -> Finding | None:
    """The surest subject that is a concept."""
    best: tuple[float, Concept, str] | None = None
    for subject in asked.subjects:
        candidate = known.concept(subject.text, language)
        sure = subject.sure
        if (
            candidate is None
            and (candidate := _find_qualified(subject, known, language)) is not None
        ):
            sure *= QUALIFIED
        if candidate is not None and _is_mentioned(subject.text, candidate, language):
            sure *= MENTIONED
        if candidate is not None and sure >= least and (best is None or sure > best[0]):
            best = (sure, candidate, subject.text)
    if best is None:
        return None
    sure, concept, name = best
    explained = _explain(concept, known, language, sure)
    return replace(explained, text=_put_name_first(name, concept, explained.text))


def _put_name_first(asked: str, concept: Concept, text: str) -> str:
    """``text``, opened by the name that was asked where it does not say it: "Netmask: …"."""
    words = {key for word in plain(text).split() for key in keys(word.strip('«»,;:.()"'))}
    bare_name = strip_articles(asked)
    if bare_name in plain(text) or all(words & set(keys(word)) for word in bare_name.split()):
        return text
    known = (name for names in concept.names.values() for name in names)
    shown = next((name for name in known if set(keys(name)) & set(keys(bare_name))), "")
    return f"{capital(shown)}: {text}" if shown else text


def _is_mentioned(name: str, concept: Concept, language: str) -> bool:
    """Whether the text of ``concept`` speaks of ``name`` only on the way."""
    bare = strip_articles(name)
    text = plain(concept.text[language])
    opening = " ".join(text.split()[:OPENING_WORDS])
    first = plain(concept.name(language))
    return bare.isalnum() and bare != first and bare in text and bare not in opening


def _find_qualified(subject: Subject, known: Glossary, language: str) -> Concept | None:
    """The concept of "X in Y" where the glossary relates the two."""
    for match in _QUALIFIER.finditer(subject.text):
        left, right = subject.text[: match.start()], subject.text[match.end() :]
        if concept := known.concept(f"{right} {left}", language):  # "a target of systemd"
            return concept
        one, other = known.concept(left, language), known.concept(right, language)
        if one and other and _are_related(one, other, language):
            return one
    return None


def _are_related(one: Concept, other: Concept, language: str) -> bool:
    """Whether the glossary relates two concepts, or the text of one speaks of the other."""
    if other.id in one.see or one.id in other.see:
        return True
    return plain(other.name(language)) in plain(one.text[language])


def _explain(concept: Concept, known: Glossary, language: str, sure: float) -> Finding:
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
