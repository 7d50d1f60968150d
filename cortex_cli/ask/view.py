"""Prints an answer on a terminal: its text as it streams, then its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask.request import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.ask.request import Answer

MAX_COMMAND_CHARS = 200


class AnswerPrinter:
    """Streams an answer to stdout, and ends its last line."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = "\n"

    def __call__(self, piece: str) -> None:
        """Print the next piece."""
        if piece and not self._quiet:
            output.data(piece, end="")
            self._last = piece[-1]

    def end_line(self) -> None:
        """End the current line, unless it is empty."""
        if self._last != "\n":
            output.data("")
            self._last = "\n"


def print_footer(answer: Answer) -> None:
    """Print which commands are not verified, the sources, and what was cut."""
    if answer.claims:
        _print_claims(answer.claims)
    if answer.sources:
        output.data_styled([("\nSources: ", output.DIM), ("; ".join(answer.sources), None)])
    elif not answer.known:
        output.talk("No package or manual here covers this.")
    elif answer.kind == MODEL:
        output.talk("No source on this machine: this is the model's own knowledge, unverified.")
    for note in answer.notes:
        output.talk(f"Note: {note}.")
    if answer.cut:
        output.talk(f"The answer was cut off at {answer.max_tokens} tokens; raise --max-tokens.")


def _print_claims(claims: Iterable[Claim]) -> None:
    from cortex_cli.ask.command_checks import Verdict  # an answer without a model has none

    unconfirmed = [claim for claim in claims if claim.verdict is not Verdict.CHECKED]
    if unconfirmed:
        output.data("")
    for claim in unconfirmed:
        _print_claim(claim, known=claim.verdict is not Verdict.UNVERIFIED)


def _print_claim(claim: Claim, *, known: bool) -> None:
    label = "Not installed" if known else "Unverified"
    style = output.DIM if known else output.YELLOW
    command = " ".join(claim.command.split())
    if len(command) > MAX_COMMAND_CHARS:
        command = command[:MAX_COMMAND_CHARS] + " …"
    output.data_styled([(f"{label}: ", style), (f"{command} — {claim.note}", None)])
