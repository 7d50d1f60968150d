"""What a family hands back, and the tools that all families read a sentence with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.actions.action import Glob, Home
from cortex_cli.actions.leftover import LIMITS

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled
    from cortex_cli.actions.sentence import Sentence, Token

# A family that accounts for every word is nearly sure; never surer than a literal phrase.
FULL = 0.98
# Words that add nothing to any composed command; each family has more of its own.
BASE_NOISE = ("check", "show", "all", "who", "this")
LEFT_LITERAL = 1.6


@dataclass(frozen=True, slots=True)
class Draft:
    """``score`` is the share of the sentence that the command accounts for; ``used`` its tokens."""

    filled: Filled
    score: float
    used: frozenset[int] = frozenset()


class Reader:
    """A sentence being read: which tokens are accounted for, and which are still free."""

    def __init__(self, asked: Sentence) -> None:
        self.asked = asked
        self.tokens = asked.tokens
        self.used: set[int] = set()

    def free(self) -> list[tuple[int, Token]]:
        """The tokens that nothing accounts for yet."""
        return [(n, token) for n, token in enumerate(self.tokens) if n not in self.used]

    def has(self, *concepts: str) -> bool:
        """Whether any is said, used or not."""
        return any(token.concept in concepts for token in self.tokens)

    def take(self, *concepts: str) -> bool:
        """Accounts for every token of these concepts; whether there was one."""
        places = [n for n, token in self.free() if token.concept in concepts]
        self.used.update(places)
        return bool(places)

    def noise(self, *concepts: str) -> None:
        """Accounts for words that add nothing here; what limits or negates is never noise."""
        self.take(*(one for one in (*BASE_NOISE, *concepts) if one not in LIMITS))

    def draft(self, filled: Filled, surety: float = FULL) -> Draft:
        """What was read, with how much of the sentence it accounts for."""
        return Draft(filled, surety * self.coverage(), frozenset(self.used))

    def literal(self, *kinds: str) -> tuple[int, Token] | None:
        """The first free literal of these kinds."""
        return next(((n, token) for n, token in self.free() if token.kind in kinds), None)

    def take_number(self) -> str:
        """Accounts for the first free number; its digits, "" for none."""
        numbered = self.literal("number")
        if numbered is None or numbered[1].literal is None:
            return ""
        self.used.add(numbered[0])
        return f"{numbered[1].literal.number:g}"

    def before(self, place: int, reach: int = 1) -> list[str]:
        """The concepts before a token, nearest first."""
        return [token.concept for token in reversed(self.tokens[max(0, place - reach) : place])]

    def after(self, place: int, reach: int = 1) -> list[str]:
        """The concepts after a token, nearest first."""
        return [token.concept for token in self.tokens[place + 1 : place + 1 + reach]]

    def coverage(self) -> float:
        """The share of the sentence's weight that is accounted for."""
        inside = left = 0.0
        for n, token in enumerate(self.tokens):
            hard = token.literal is not None and token.weight > 1.0
            if n in self.used:
                inside += token.weight
            else:
                left += token.weight * (LEFT_LITERAL if hard else 1.0)
        return inside / (inside + left) if inside else 0.0


def path(token: Token) -> str:
    """A token's text as a path; a leading ``-`` stays no option."""
    value = token.literal.value if token.literal is not None else token.text
    if value == "~" or value.startswith("~/"):
        return Home(value)
    if token.kind == "glob":
        return Glob(value)
    return f"./{value}" if value.startswith("-") else value


class LocalizedText(str):
    """One sentence in three languages; English by itself."""

    __slots__ = ("texts",)
    texts: dict[str, str]

    def of(self, language: str) -> str:
        """The sentence in ``language``."""
        return self.texts.get(language, str(self))


def languages(english: str, french: str, spanish: str) -> dict[str, str]:
    """One sentence in three languages."""
    return {"en": english, "fr": french, "es": spanish}


def localize(texts: dict[str, str], **values: str) -> LocalizedText:
    """``texts`` with values in their places; which language is chosen when it is shown."""
    done = {language: _put(text, values) for language, text in texts.items()}
    localized = LocalizedText(done["en"])
    localized.texts = done
    return localized


def _put(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
