"""Prints an answer on a terminal: its text as it streams, then its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask.request import ACTION, MODEL

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
    """Print what the commands would destroy, which are not verified, the sources, the notes."""
    if answer.claims:
        _print_claims(answer.claims)
    elif answer.kind not in (MODEL, ACTION):  # the claims say it, or the text itself
        _print_harms(answer)
    if answer.sources:
        output.data_styled([("\nSources: ", output.DIM), ("; ".join(answer.sources), None)])
    elif not answer.known:
        _print_nearest(answer)
    elif answer.kind == MODEL:
        output.talk("No source on this machine: this is the model's own knowledge, unverified.")
    if answer.thoughts:
        count = len(answer.thoughts.split())
        output.talk(f"The model thought first ({count} words; --json shows them).")
    for note in answer.notes:
        output.talk(f"Note: {note}.")
    if answer.is_cut_off:
        output.talk(f"The answer was cut off at {answer.max_tokens} tokens; raise --max-tokens.")


def _print_claims(claims: Iterable[Claim]) -> None:
    from cortex_cli.ask.command_checks import Verdict  # an answer without a model has none

    doubted = [claim for claim in claims if claim.harm or claim.verdict is not Verdict.CHECKED]
    if doubted:
        output.data("")
    for claim in doubted:
        _print_claim(claim, known=claim.verdict is not Verdict.UNVERIFIED)


def _print_harms(answer: Answer) -> None:
    """Print what the commands of a finding destroy."""
    if not answer.commands and "`" not in answer.text:
        return
    from cortex_cli.ask.command_effects import find_harm
    from cortex_cli.ask.snippets import find_harmful_snippets

    harm_of = {command.text: find_harm(command.text) for command in answer.commands}
    harm_of.update(dict(find_harmful_snippets(answer.text)))
    harms = [(command, harm.what) for command, harm in harm_of.items() if harm is not None]
    if harms:
        output.data("")
    for command, what in harms:
        _print_line("Destructive", output.RED, command, what)


def _print_nearest(answer: Answer) -> None:
    if answer.nearest:
        output.data_styled([("Nearest:", output.DIM)])
        for line in answer.nearest:
            output.data(f"  {line}")
    larger = "" if answer.asked_chat_model else ", or ask a larger model: cortex up --model FILE"
    output.talk(f"hint: try different words{larger}")


def _print_claim(claim: Claim, *, known: bool) -> None:
    if claim.harm is not None:
        note = "; ".join(filter(None, (claim.harm.what, claim.note)))
        _print_line("Destructive", output.RED, claim.command, note)
    elif known:
        _print_line("Not installed", output.DIM, claim.command, claim.note)
    else:
        _print_line("Unverified", output.YELLOW, claim.command, claim.note)


def _print_line(label: str, style: str, text: str, note: str) -> None:
    command = " ".join(text.split())
    if len(command) > MAX_COMMAND_CHARS:
        command = command[:MAX_COMMAND_CHARS] + " …"
    output.data_styled([(f"{label}: ", style), (f"{command} — {note}", None)])
