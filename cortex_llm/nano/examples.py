"""Makes training examples: what is asked, in the prompt contract's layout, and the answer.

Each task is a function of a random source, so that a seed gives the same examples. The kinds
are mixed by RECIPE. No example repeats a held-out request, and no held-out package is
described.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cortex_llm.nano import heldout, prompts, reading
from cortex_llm.nano.calls import Calls
from cortex_llm.nano.example import Example, choose_language
from cortex_llm.nano.prompts import INTENTS, LANGUAGES
from cortex_llm.nano.ranker import Ranker
from cortex_llm.nano.vocabulary import CATALOGUED, Vocabulary, find_kind, is_held_out

MOST_TEXT = 800  # characters of prose at once
TEXT = "text"  # the kind that is read as it is, without a question
#: Of a hundred examples, how many are of each kind. A choice or a reading costs six to seven
#: times what an intent does, so that intents are two fifths of what is computed.
RECIPE = {"intent": 79, "choose": 2, "read": 14, "call": 3, "chat": 1, TEXT: 1}
#: Share of the requests that are said from the written lines: those know more words and ways.
WRITTEN = 0.7
#: The intents are not asked for equally often, nor are they equally hard.
INTENT_WEIGHTS = (22, 16, 16, 20, 13, 13)
#: Share of choices whose request wants two packages, and whose candidates hold no answer.
TWO, NONE = 0.1, 0.1
#: Lines of a system prompt that a stranger might send: the model must not depend on its own.
STRANGERS = (
    "",
    "You are a helpful assistant.",
    "You are Cortex, an assistant on the user's own Linux machine.",
    "Answer briefly.",
    "Tu es un assistant.",
    "Eres un asistente.",
)


class Maker:
    """Makes examples of every kind from a corpus."""

    def __init__(self, words: Vocabulary, texts: Sequence[dict[str, str]]) -> None:
        self._words = words
        self._texts = texts
        self._known = {package["name"]: package for package in words.packages}
        self._asked = [p for p in words.applications if not is_held_out(p["name"])]
        totals = [0.0]
        for package in self._asked:
            totals.append(totals[-1] + 1.0 + package["popular"] ** 2)
        self._totals = totals[1:]
        self._by_language = {
            language: [p for p in self._asked if language in p["short"]] for language in LANGUAGES
        }
        self._rankers = {language: Ranker(words.applications, language) for language in LANGUAGES}
        self._reader = reading.Reader(words)
        self._calls = Calls(words.grammars)
        self._forbidden = {heldout.plain(item.request) for item in heldout.intents()}
        self._makers: dict[str, Callable[[random.Random], Example | None]] = {
            "intent": self.intent,
            "choose": self.choose,
            "read": self._reader.read,
            "call": self._calls.call,
            "chat": self.chat,
            TEXT: self.text,
        }

    def make(self, count: int, seed: int) -> Iterator[Example]:
        """`count` examples in the mixture of RECIPE."""
        chance = random.Random(seed)  # noqa: S311 - the same seed must say the same
        kinds, weights = list(RECIPE), list(RECIPE.values())
        made = 0
        while made < count:
            example = self._makers[chance.choices(kinds, weights)[0]](chance)
            if example is not None:
                made += 1
                yield example

    def intent(self, chance: random.Random) -> Example | None:
        """A request, and what it wants."""
        name = chance.choices(INTENTS, INTENT_WEIGHTS)[0]
        rule = f"{name}_written" if chance.random() < WRITTEN else name
        sentence = self._words.grammars[choose_language(chance)].say(rule, chance)
        if heldout.plain(sentence.meant) in self._forbidden or not sentence.text:
            return None  # a held-out request, mistyped, would be one, too
        subject = sentence.subject.strip(" ?.!,")
        return Example("intent", prompts.intent(sentence.text), prompts.intent_reply(name, subject))

    def choose(self, chance: random.Random) -> Example | None:
        """A request, the ranker's candidates, and the right ones among them."""
        language = choose_language(chance)
        wanted = [self._wish(chance, language)]
        if chance.random() < TWO:
            wanted.append(self._wish(chance, language))
        parts = [words for words, _ in wanted]
        if not all(parts):
            return None
        joiner = {"en": " and ", "fr": " et ", "es": " y "}[language]
        words = joiner.join(parts)
        fixed = dict.fromkeys(("software", "kind_or_mine", "kind", "software_or_do", "do"), words)
        sentence = self._words.grammars[language].say("install", chance, fixed)
        if words.lower() not in sentence.text.lower():
            return None
        count = chance.choice((3, 4, 5, 6, 8, 8, 8))
        candidates = self._rankers[language].rank(words, count)
        names = list(dict.fromkeys(_pick_candidate(right, candidates) for _, right in wanted))
        if chance.random() < NONE:
            first = names[0][:4]
            candidates = [name for name in candidates if name not in names and name[:4] != first]
            unrelated = [self._package(chance, language)["name"] for _ in range(count)]
            candidates, names = (unrelated if chance.random() < 0.7 else candidates), []
        for name in names:
            if name not in candidates:
                candidates = candidates[: count - 1]
                candidates.insert(chance.randint(len(candidates) // 2, len(candidates)), name)
        names = [name for name in candidates if name in names]
        pairs = [(name, self._known[name]["short"]["en"]) for name in dict.fromkeys(candidates)]
        if not pairs:
            return None
        return Example("choose", prompts.choose(sentence.text, pairs), prompts.choose_reply(names))

    def chat(self, chance: random.Random) -> Example | None:
        """A bare message, as a stranger sends it: the model tells what it is, or is not told."""
        language = choose_language(chance)
        grammar = self._words.grammars[language]
        if chance.random() < 0.4:
            sentence, answer = grammar.say(["{hello}", "{hello} {o_end}"], chance), prompts.GREETING
        else:
            kind = chance.choice(("define", "howto", "define", "other"))
            sentence, answer = grammar.say(kind, chance), prompts.NO_PASSAGE
        system = chance.choice(STRANGERS)
        messages = [{"role": "user", "content": sentence.text}]
        if system:
            messages.insert(0, {"role": "system", "content": system})
        return Example("chat", messages, answer[language])

    def text(self, chance: random.Random) -> Example | None:
        """Prose from the documentation, or a description."""
        if chance.random() < 0.5:
            return Example(TEXT, [], chance.choice(self._texts)["text"][:MOST_TEXT])
        language = choose_language(chance)
        package = self._package(chance, language)
        text = f"{package['name']}: {package['short'][language]}.\n{package['long'][language]}"
        return Example(TEXT, [], text[:MOST_TEXT])

    def _package(self, chance: random.Random, language: str) -> dict[str, Any]:
        if language == "en":
            return chance.choices(self._asked, cum_weights=self._totals)[0]
        return chance.choice(self._by_language[language])

    def _wish(self, chance: random.Random, language: str) -> tuple[str, list[str]]:
        """What somebody asks for, and the packages that are right, the best first."""
        if chance.random() < CATALOGUED:
            intent = chance.choice(self._words.catalogue)
            right = [name for name in intent["packages"] if name in self._known]
            if right and intent[language]:
                return str(chance.choice(intent[language])), right
        package = self._package(chance, language)
        return self._describe(chance, package, language), [package["name"]]

    def _describe(self, chance: random.Random, package: dict[str, Any], language: str) -> str:
        """How somebody who does not know it may ask for a package."""
        if chance.random() < 0.15:
            return str(package["name"])
        text = find_kind(package["short"][language], package["name"])
        if chance.random() < 0.3:
            sentences = re.split(r"(?<=[.!?])\s", package["long"][language].replace("\n", " "))
            words = chance.choice(sentences[:3]).strip(" .").split()
            if 4 <= len(words) <= 25:
                at = chance.randrange(max(1, len(words) - 6))
                text = " ".join(words[at : at + chance.randint(3, 8)]).lower()
        words = [word for word in text.split() if chance.random() > 0.12]
        return re.sub(r"[][{}()|]", "", " ".join(words))


def _pick_candidate(right: Sequence[str], candidates: Sequence[str]) -> str:
    """The first of the right packages that was candidates, or else the first."""
    return next((name for name in right if name in candidates), right[0])
