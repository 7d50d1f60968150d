"""What a question asks to have explained: one subject, or two to be compared.

Pure reading: gives every possible subject, the surest first; whether there is such a concept
is for ``finder`` to say.  Long text is no question and is not read.
"""

from __future__ import annotations

from typing import NamedTuple

from cortex_cli.concepts import forms
from cortex_cli.concepts.naming import plain, strip_articles, strip_marks, unquote
from cortex_cli.expressions import expression

MAX_QUESTION = 300  # characters; bounds every expression, and longer text is no such question
BARE_SURE, BARE_UNSURE = 0.75, 0.6  # a name alone, with and without a question mark
DEFINITE = 0.8  # "what is the X" may ask for the value here
TERM = 0.85  # "the X command" names a term, not a value
BARE_PAIR = 0.85
ENUMERATED = 0.8  # "public key and private key": compared only where somebody wrote how
_DEFINITE = expression(r"the \S")
_VARIABLE = expression(r"(?<![\w$/])PATH(?!\w)")  # in capitals it is the variable, not a path
MAX_BARE_WORDS = 5
_ASIDE = expression(r" ?\([^()]{1,60}\) ?")  # "charge moyenne (load average)"


class Subject(NamedTuple):
    """Words that may name a concept, and how sure it is that they are asked about."""

    text: str
    sure: float


class Asked(NamedTuple):
    """``pairs`` are the possible readings of a comparison, ``subjects`` of a definition."""

    subjects: tuple[Subject, ...] = ()
    pairs: tuple[tuple[str, str, float], ...] = ()


def read(question: str) -> Asked:
    """What ``question`` asks to have explained; nothing where it asks for something else."""
    if len(question) > MAX_QUESTION:
        return Asked()
    text = core(question)
    if not text:
        return Asked()
    marked = "?" in question
    return Asked(tuple(_subjects(text, marked)), tuple(_pairs(text)))


def core(question: str) -> str:
    """``question`` folded, without courtesies, final marks, and where it is meant."""
    text = strip_marks(plain(_VARIABLE.sub("$PATH", question)).lstrip("¿¡ "))
    while (match := forms.LEADS.match(text)) and match.end() < len(text):
        text = text[match.end() :].lstrip("¿ ")
    text = forms.DIFFERS.sub(" vs ", text, count=1)
    while match := forms.TAILS.search(text):
        text = strip_marks(text[: match.start()])
    return text


def is_for_a_way(question: str) -> bool:
    """Whether ``question`` asks how something is done, not what it means."""
    return len(question) <= MAX_QUESTION and bool(forms.WAYS.match(core(question)))


def readings(text: str) -> list[str]:
    """``text`` as a name: as it stands, then without the class words around it."""
    return [subject.text for subject in _readings(Subject(text, 1.0)) if subject.text]


def _subjects(text: str, marked: bool) -> list[Subject]:
    subjects = []
    for form in dict.fromkeys((text, forms.PLACES.sub("", text).strip())):
        for pattern, sure in forms.DEFINITIONS:
            if match := pattern.match(form):
                subjects.append(Subject(match["x"], sure))
    if len(text.split()) <= MAX_BARE_WORDS and not _DEFINITE.match(text):
        subjects.append(Subject(text, BARE_SURE if marked else BARE_UNSURE))
    widened = [narrower for subject in subjects for narrower in _readings(subject)]
    return list(dict.fromkeys(subject for subject in widened if subject.text))


def _readings(subject: Subject) -> list[Subject]:
    """``subject`` as it stands, without the place it is meant in, without class words."""
    text = unquote(subject.text)
    sure = DEFINITE if _DEFINITE.match(text) and subject.sure > DEFINITE else subject.sure
    subjects = [Subject(text, sure)]
    placeless = forms.PLACES.sub("", text).strip()
    if placeless and placeless != text:
        subjects.append(Subject(unquote(placeless), sure))
    subjects += [Subject(plain(_ASIDE.sub(" ", text)), sure)] if _ASIDE.search(text) else []
    for one in tuple(subjects):
        words = strip_articles(one.text).split()
        if len(words) > 1 and words[0] in forms.CLASS_WORDS:
            rest = strip_articles(" ".join(words[1:]))
            if rest.isdecimal():  # "process 1" is not called "1"
                continue
            subjects.append(Subject(unquote(rest), max(sure, TERM)))
        if len(words) > 1 and words[-1] in forms.CLASS_WORDS:
            subjects.append(Subject(unquote(" ".join(words[:-1])), max(sure - 0.05, TERM)))
    return subjects


def _pairs(text: str) -> list[tuple[str, str, float]]:
    pairs = []
    for pattern in forms.COMPARISONS:
        match = pattern.match(text)
        if match is None:
            continue
        bare = pattern.pattern.startswith("¿?(?P<x>")
        body = forms.PAIR_PLACES.sub("", forms.PLACES.sub("", match["x"])).strip()
        sure = BARE_PAIR if bare else 0.95
        joints = [joint for joint in forms.JOINTS if not bare or joint in forms.BARE_JOINTS]
        pairs += [(*split, sure) for joint in joints for split in _splits(body, joint)]
    pairs += [
        (*split, ENUMERATED)
        for subject in _subjects(text, marked=True)
        for joint in forms.ENUMERATING_JOINTS
        for split in _splits(subject.text, joint)
    ]
    best: dict[tuple[str, str], float] = {}
    for left, right, sure in pairs:
        best[left, right] = max(sure, best.get((left, right), 0.0))
    return [(left, right, sure) for (left, right), sure in best.items()]


def _splits(body: str, joint: str) -> list[tuple[str, str]]:
    """Every way to part ``body`` at ``joint``."""
    pairs = []
    start = body.find(joint)
    while start > 0:
        left, right = unquote(body[:start]), unquote(body[start + len(joint) :])
        if left and right:
            pairs.append((left, right))
        start = body.find(joint, start + 1)
    return pairs
