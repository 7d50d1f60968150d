"""What is asked, and what came of it.  Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

if TYPE_CHECKING:
    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.finding import Finding, ShownCommand
    from cortex_cli.language.question import Question

Show = Callable[[str], None]

DEFAULT_MAX_TOKENS = 512
UNKNOWN = {ENGLISH: "I don't know.", FRENCH: "Je ne sais pas.", SPANISH: "No lo sé."}
WAITING = "waiting for the model"
MODEL = "model"


@dataclass(frozen=True, slots=True)
class Request:
    """A question and what goes with it; ``history`` holds the turns before it."""

    question: Question
    attachments: tuple[Attachment, ...] = ()
    history: tuple[dict[str, str], ...] = ()
    system: str | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    model: str | None = None

    @property
    def unknown(self) -> str:
        """How "I don't know" is said in the question's language."""
        return UNKNOWN[self.question.language]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was shown, and what it rests on; ``known`` is False for "I don't know".

    ``kind`` is that of the finding that was printed, or ``model``; without a model ``model`` is
    None.  ``notes`` say what of the request the model did not get to see.
    """

    question: Question
    text: str
    sources: tuple[str, ...]
    known: bool
    model: str | None
    max_tokens: int
    finish_reason: str = "stop"
    tokens: int | None = None
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    kind: str = MODEL
    commands: tuple[ShownCommand, ...] = ()

    @classmethod
    def of_finding(cls, request: Request, finding: Finding) -> Self:
        """What a finding says, as it is."""
        return cls(
            question=request.question,
            text=finding.text,
            sources=(*(each.name for each in request.attachments), *finding.sources),
            known=True,
            model=None,
            max_tokens=request.max_tokens,
            kind=finding.kind,
            commands=finding.commands,
        )

    @property
    def cut(self) -> bool:
        """True if the model had more to say."""
        return self.finish_reason == "length"

    def as_json(self) -> dict[str, Any]:
        """The answer for ``--json``."""
        return {
            "question": self.question.text,
            "answer": self.text.strip(),
            "known": self.known,
            "kind": self.kind,
            "sources": list(self.sources),
            "commands": [
                *(command.as_json() for command in self.commands),
                *(claim.as_json() for claim in self.claims),
            ],
            "notes": list(self.notes),
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens": self.tokens,
        }
