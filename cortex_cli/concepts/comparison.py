"""What distinguishes two things: as somebody wrote it, else what each of them is.

Two literals are worked out one after the other ("SIGTERM vs SIGKILL", "755 or 644").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.concepts import computed, questions
from cortex_cli.concepts.naming import strip_articles
from cortex_cli.expressions import expression
from cortex_cli.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.concepts.glossary import Concept, Glossary

    Pairs = Sequence[tuple[str, str, float]]

KIND, GLOSSARY = "explanation", "glossary"
COMPOSED = 0.79  # both explained one after the other: nobody wrote how they differ
SAME_TEXT = 0.9  # both in one text: "pull and fetch"
WRITTEN = 0.96
MAX_PAIRS = 6
_SENTENCE_END = expression(r"[.!?](?= [A-ZÀ-Ý¿¡])")


def of_concepts(pairs: Pairs, known: Glossary, language: str) -> Finding | None:
    """What distinguishes two concepts; where nobody wrote it, what each of them is."""
    both: Finding | None = None
    for left, right, sure in pairs:
        one, other = _pair(left, right, known, language)
        if one is None or other is None:
            both = both or _compare_mixed((left, one), (right, other), sure, language)
            continue
        subject = f"{one.id}/{other.id}"
        if one.id == other.id:
            return _build_finding(one.text[language], min(SAME_TEXT, sure), one.id)
        text = known.difference(one.id, other.id)
        if text is not None:  # both are named and somebody wrote what distinguishes them
            return _build_finding(text[language], max(sure, WRITTEN), subject)
        if both is None and sure > questions.ENUMERATED:
            text_of_both = f"{opening(one.text[language])}\n{opening(other.text[language])}"
            both = _build_finding(text_of_both, min(COMPOSED, sure), subject)
    return both


def of_literals(pairs: Pairs, language: str) -> Finding | None:
    """What two literals say, one after the other; None unless both say something."""
    for left, right, sure in pairs[:MAX_PAIRS]:
        one, other = _work_out(left, language), _work_out(right, language, like=left)
        if one and other and one.subject != other.subject:
            subject = f"{one.subject}/{other.subject}"
            sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
            return Finding(KIND, sure, f"{one.text}\n{other.text}", (), sources, subject=subject)
    return None


def opening(text: str) -> str:
    """The first two sentences of an explanation."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[1]] if len(ends) > 1 else text


def _compare_mixed(
    left: tuple[str, Concept | None], right: tuple[str, Concept | None], sure: float, language: str
) -> Finding | None:
    """A concept and a literal: "kill vs kill -9"."""
    texts, names = [], []
    for name, concept in (left, right):
        literal = None if concept else _work_out(name, language)
        if concept is None and literal is None:
            return None
        texts.append(
            opening(concept.text[language]) if concept else literal.text if literal else ""
        )
        names.append(concept.id if concept else literal.subject if literal else "")
    if sure <= questions.ENUMERATED:
        return None
    return _build_finding("\n".join(texts), min(COMPOSED, sure), "/".join(names))


def _work_out(text: str, language: str, like: str = "") -> Finding | None:
    """What a literal says; "755" after "chmod 644" is a mode, too."""
    if not any(char.isdecimal() or char in "@*-" for char in text) and "sig" not in text.lower():
        return None
    first = strip_articles(like).partition(" ")[0]
    forms = (text, f"{first} {text}") if first.isalpha() else (text,)
    return next((finding for form in forms if (finding := computed.explain(form, language))), None)


def _pair(
    left: str, right: str, known: Glossary, language: str
) -> tuple[Concept | None, Concept | None]:
    """Both concepts; "hard and soft links" and "lien dur et symbolique" share a word."""
    one, other = _find_concept(left, known, language), _find_concept(right, known, language)
    if one is None and other is not None:
        one = known.concept(f"{left} {right.rsplit(maxsplit=1)[-1]}", language)
    elif other is None and one is not None:
        first = strip_articles(left).split()[0]
        other = known.concept(f"{first} {right}", language)
    return one, other


def _find_concept(text: str, known: Glossary, language: str) -> Concept | None:
    """The concept that ``text`` names, with or without a class word ("the ls command")."""
    for subject in questions.readings(text):
        if (concept := known.concept(subject, language)) is not None:
            return concept
    return None


def _build_finding(text: str, sure: float, subject: str) -> Finding:
    return Finding(KIND, sure, text, sources=(GLOSSARY,), subject=subject)
