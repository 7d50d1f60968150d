"""What is asked, and what came of it.  Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH, language
from cortex_cli.options import DEFAULT_MAX_TOKENS

if TYPE_CHECKING:
    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.command_checks import Claim

Show = Callable[[str], None]

UNKNOWN = {ENGLISH: "I don't know.", FRENCH: "Je ne sais pas.", SPANISH: "No lo sé."}
WAITING = "waiting for the model"


@dataclass(frozen=True, slots=True)
class Request:
    """A question and what goes with it; ``history`` holds the turns before it."""

    question: str
    attachments: tuple[Attachment, ...] = ()
    history: tuple[dict[str, str], ...] = ()
    system: str | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    model: str | None = None

    @property
    def unknown(self) -> str:
        """How "I don't know" is said in the question's language."""
        return UNKNOWN[language(self.question)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was shown, and what it rests on; ``known`` is False for "I don't know".

    ``notes`` say what of the request the model did not get to see.
    """

    question: str
    text: str
    sources: tuple[str, ...]
    known: bool
    model: str
    max_tokens: int
    finish_reason: str = "stop"
    tokens: int | None = None
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cut(self) -> bool:
        """True if the model had more to say."""
        return self.finish_reason == "length"

    def as_json(self) -> dict[str, Any]:
        """The answer for ``--json``."""
        return {
            "question": self.question,
            "answer": self.text.strip(),
            "known": self.known,
            "sources": list(self.sources),
            "commands": [claim.as_json() for claim in self.claims],
            "notes": list(self.notes),
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens": self.tokens,
        }
