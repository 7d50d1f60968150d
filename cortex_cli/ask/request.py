"""A request to answer, and the answer.  Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH
from cortex_cli.options import DEFAULT_MAX_TOKENS

if TYPE_CHECKING:
    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.finding import Finding, ShownCommand
    from cortex_cli.language.question import Question

Show = Callable[[str], None]

UNKNOWN = {
    ENGLISH: "I found nothing on this machine that answers that.",
    FRENCH: "Je n'ai rien trouvé sur cette machine qui réponde à cette question.",
    SPANISH: "No he encontrado nada en esta máquina que responda a eso.",
}
WAITING = "waiting for the model"
MODEL, ACTION = "model", "action"


@dataclass(frozen=True, slots=True)
class Request:
    """A question with its attachments; ``history`` holds the turns before it."""

    question: Question
    attachments: tuple[Attachment, ...] = ()
    history: tuple[dict[str, str], ...] = ()
    system: str | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    model: str | None = None

    @property
    def unknown_sentence(self) -> str:
        """The sentence for "nothing answers this" in the question's language."""
        return UNKNOWN[self.question.language]


@dataclass(frozen=True, slots=True)
class Answer:
    """The text that was shown, and its sources; ``known`` is False if nothing answers.

    ``kind`` is that of the finding that was printed, or ``model``; ``model`` is None where none
    was asked.  ``notes`` say which parts of the request the model did not see, and what went
    wrong; ``nearest`` is what comes closest if nothing answers; ``thoughts`` are those of a
    reasoning model, which are no part of the answer.
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
    nearest: tuple[str, ...] = ()
    thoughts: str = ""
    asked_chat_model: bool = False

    @classmethod
    def from_finding(cls, request: Request, finding: Finding) -> Self:
        """What a finding says, as it is."""
        return cls(
            question=request.question,
            text=finding.render(),
            sources=(*(each.name for each in request.attachments), *finding.sources),
            known=True,
            model=None,
            max_tokens=request.max_tokens,
            kind=finding.kind,
            commands=_mark(finding),
        )

    @property
    def is_cut_off(self) -> bool:
        """True if ``max_tokens`` cut the answer off."""
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
            "nearest": list(self.nearest),
            "thoughts": self.thoughts,
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens": self.tokens,
        }


def _mark(finding: Finding) -> tuple[ShownCommand, ...]:
    """Return the commands with their effects; the catalogue of actions has them right."""
    if finding.kind == ACTION or not finding.commands:
        return finding.commands
    from cortex_cli.ask.command_effects import mark

    return tuple(mark(command) for command in finding.commands)


def print_finding(request: Request, finding: Finding, show: Show) -> Answer:
    """Show what a finding says; the answer that it makes."""
    answer = Answer.from_finding(request, finding)
    show(answer.text)
    return answer
