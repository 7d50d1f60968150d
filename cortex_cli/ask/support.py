"""Says which of the given texts an answer rests on: only those are its sources.

A text supports an answer if it has most of the content of one of its sentences.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.language.stems import stem
from cortex_cli.language.words import SCAFFOLDING, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.passage import Passage

MIN_SHARE, MIN_SHARED = 0.5, 2
# A sentence about the very thing that the text is about needs less.
MIN_SUBJECT_SHARE = 0.3
_SENTENCE_END = expression(r"(?<=[.!?:])\s+|\n+")
_PART = expression(r"[^\W_]+")


def find_sources(
    answer: str, attachments: Iterable[Attachment], passages: Iterable[Passage]
) -> tuple[str, ...]:
    """Return the sources of the texts that ``answer`` rests on, each once."""
    sentences = [stems for text in _SENTENCE_END.split(answer) if (stems := _list_stems(text))]
    everything: set[str] = set().union(*sentences)
    # A person's own text is what the question is about: one word of it in the answer is enough.
    sources = [each.name for each in attachments if everything & _list_stems(each.text)]
    sources += [passage.source for passage in passages if _supports(passage, sentences)]
    return tuple(dict.fromkeys(sources))


def _supports(passage: Passage, sentences: list[set[str]]) -> bool:
    known = _list_stems(f"{passage.sentence}\n{passage.text}")
    subject = _list_stems(passage.subject.partition("(")[0])
    for sentence in sentences:
        shared = len(sentence & known)
        about = bool(subject) and subject <= sentence
        if about and shared >= MIN_SUBJECT_SHARE * len(sentence):
            return True
        if shared >= max(MIN_SHARED, MIN_SHARE * len(sentence)):
            return True
    return False


def _list_stems(text: str) -> set[str]:
    return {
        stem(part)
        for word in words(text)
        if word not in SCAFFOLDING
        for part in _PART.findall(word)
    }
