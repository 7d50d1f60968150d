"""How an answer looks on a terminal: its text as it comes, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask.command_checks import Verdict
from cortex_cli.ask.request import MODEL

if TYPE_CHECKING:
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.ask.request import Answer

MAX_COMMAND_CHARS = 200


class Shown:
    """Streams the answer to stdout; what comes after it begins on a line of its own."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = "\n"

    def __call__(self, piece: str) -> None:
        """Show the next piece."""
        if piece and not self._quiet:
            output.data(piece, end="")
            self._last = piece[-1]

    def end_line(self) -> None:
        """End the line if one has begun."""
        if self._last != "\n":
            output.data("")
            self._last = "\n"


def close(found: Answer) -> None:
    """Say what of the commands is not verified, where the answer is from, what was cut."""
    doubted = [claim for claim in found.claims if claim.verdict is not Verdict.CHECKED]
    if doubted:
        output.data("")
    for claim in doubted:
        _show_claim(claim)
    if found.sources:
        output.data_styled([("\nSources: ", output.DIM), ("; ".join(found.sources), None)])
    elif not found.known:
        output.talk("Nothing in this machine's package index answers that.")
    elif found.kind == MODEL:
        output.talk("No source on this machine: this is the model's own knowledge, unchecked.")
    for note in found.notes:
        output.talk(f"Note: {note}.")
    if found.cut:
        output.talk(f"The answer was cut at {found.max_tokens} tokens; see --max-tokens.")


def _show_claim(claim: Claim) -> None:
    label = "Unverified" if claim.verdict is Verdict.UNVERIFIED else "Not installed"
    style = output.YELLOW if claim.verdict is Verdict.UNVERIFIED else output.DIM
    command = " ".join(claim.command.split())
    if len(command) > MAX_COMMAND_CHARS:
        command = command[:MAX_COMMAND_CHARS] + " …"
    output.data_styled([(f"{label}: ", style), (f"{command} — {claim.note}", None)])
