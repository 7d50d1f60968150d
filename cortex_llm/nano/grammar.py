"""Says requests from a grammar: rules, choices, and spans that remember what they were called.

A rule's lines are templates: `{rule}` says another rule, `(a|b|)` chooses, `[span]` or
`[name=span]` marks a part that the answer must copy. Pure, and driven by the caller's random
source, so the same seed says the same things.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Source = Callable[[random.Random], str]

_OPEN, _CLOSE = "\ue000", "\ue001"  # private characters stand for the marks while text changes
_INNERMOST = re.compile(r"\(([^()]*)\)")
_RULE = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"\[(?:(\w+)=)?([^\[\]]*)\]")
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
MAX_DEPTH = 12  # a rule that says itself would never end

#: How people really type: chances of each change to a request.
LOWER, CAPITAL, UPPER, NO_ACCENTS, TYPO, BARE = 0.4, 0.3, 0.02, 0.12, 0.07, 0.25


@dataclass(frozen=True)
class Utterance:
    """A request and its marked spans, by name; the unnamed one is "subject".

    `meant` is the request before it was typed: without the errors and haste of typing.
    """

    text: str
    spans: dict[str, str]
    meant: str

    @property
    def subject(self) -> str:
        """The unnamed span, or nothing."""
        return self.spans.get("subject", "")


class Grammar:
    """The rules of one language, and sources that rules may name besides.

    `LANGUAGE.txt` builds requests from parts; `LANGUAGE-written.txt` holds whole ones, written
    one by one, in rules named `INTENT_written`.
    """

    def __init__(self, language: str, sources: Mapping[str, Source]) -> None:
        self.rules = _read(f"{language}.txt") | _read(f"{language}-written.txt")
        self._sources = dict(sources)

    def say(
        self,
        rule: str | Sequence[str],
        chance: random.Random,
        fixed: Mapping[str, str] | None = None,
        tidy: bool = False,
    ) -> Utterance:
        """Say a rule, or one of these templates; `fixed` overrides rules by name."""
        templates = self.rules[rule] if isinstance(rule, str) else rule
        names: list[str] = []

        def mark(match: re.Match[str]) -> str:
            names.append(match[1] or "subject")
            return f"{_OPEN}{match[2]}{_CLOSE}"

        text = self._expand(chance.choice(templates), chance, fixed or {}, 0)
        text = _add_spaces(_MARK.sub(mark, text))
        typed = text if tidy else _type(text, chance)
        spans = [span.strip() for span in _MARKED.findall(typed)]
        return Utterance(
            _remove_marks(typed), dict(zip(names, spans, strict=False)), _remove_marks(text)
        )

    def _expand(
        self, text: str, chance: random.Random, fixed: Mapping[str, str], depth: int
    ) -> str:
        while _INNERMOST.search(text):  # choose before saying, so that only what is used is said
            text = _INNERMOST.sub(lambda match: chance.choice(match[1].split("|")), text)

        def rule(match: re.Match[str]) -> str:
            name = match[1]
            if name in fixed:
                return fixed[name]
            if name in self._sources:
                return self._sources[name](chance)
            if depth >= MAX_DEPTH:
                raise ValueError(f"the rule {name} never ends")
            return self._expand(chance.choice(self.rules[name]), chance, fixed, depth + 1)

        return _RULE.sub(rule, text)


def read_written_lines(language: str) -> Iterator[str]:
    """Every request that the written lines say by themselves, without words of the corpus."""
    for templates in _read(f"{language}-written.txt").values():
        for template in templates:
            if "{" not in template:
                yield from (_MARK.sub(r"\2", text) for text in _split_choices(template))


def digest() -> str:
    """The SHA-256 of all phrases, in the order of their files' names."""
    together = hashlib.sha256()
    for part in sorted(phrases_folder().iterdir(), key=lambda part: part.name):
        together.update(part.read_bytes())
    return together.hexdigest()


def _split_choices(template: str) -> Iterator[str]:
    """The template with each of its choices made, in every combination."""
    match = _INNERMOST.search(template)
    if match is None:
        yield template
        return
    for chosen in match[1].split("|"):
        yield from _split_choices(template[: match.start()] + chosen + template[match.end() :])


def phrases_folder() -> Traversable:
    """Where the phrases are."""
    return importlib.resources.files("cortex_llm.nano").joinpath("phrases")


def _read(file: str) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in phrases_folder().joinpath(file).read_text("utf-8").splitlines():
        if line.startswith("= "):
            lines = rules.setdefault(line[2:].strip(), [])
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    return rules


def _remove_marks(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def _add_spaces(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(rf" ?{_CLOSE} ?([,.!])", rf"{_CLOSE}\1", text)
    text = re.sub(r" ([,.!])", r"\1", text)
    return re.sub(rf"{_OPEN} ", f" {_OPEN}", re.sub(rf" {_CLOSE}", f"{_CLOSE} ", text)).strip()


def _type(text: str, chance: random.Random) -> str:
    """The text as somebody may have typed it."""
    if chance.random() < BARE:
        text = text.replace("¿", "").rstrip(" ?.!") or text  # "..." stays what it is
    elif text[-1:].isalpha() and chance.random() < 0.3:
        text += chance.choice(["?", ".", "!", " ?", "...", "."])
    if text.endswith(" ?") and chance.random() < 0.4:
        text = text[:-2] + "?"
    roll = chance.random()
    if roll < LOWER:
        text = text.lower()
    elif roll < LOWER + CAPITAL:
        first = next((at for at, sign in enumerate(text) if sign.isalpha()), 0)
        text = text[:first] + text[first : first + 1].upper() + text[first + 1 :]
    elif roll < LOWER + CAPITAL + UPPER:
        text = text.upper()
    if chance.random() < NO_ACCENTS:
        split = unicodedata.normalize("NFD", text)
        text = "".join(sign for sign in split if not unicodedata.combining(sign))
    if chance.random() < TYPO:
        text = _mistype(text, chance)
    return text


def _mistype(text: str, chance: random.Random) -> str:
    """Two letters swapped, one lost or one doubled, never in a span that will be copied."""
    marked = [match.span() for match in _MARKED.finditer(text)]
    free = [
        at
        for at in range(1, len(text) - 1)
        if text[at].isalpha()
        and text[at + 1].isalpha()
        and not any(start <= at + 1 and at < end for start, end in marked)
    ]
    if not free:
        return text
    at = chance.choice(free)
    kind = chance.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]
