"""``python -m cortex_cli.probes QUESTION``: prints what this machine says to a question."""

from __future__ import annotations

import os
import sys

from cortex_cli import probes
from cortex_cli.language.terms import language_of


def main(arguments: list[str]) -> int:
    """0 when a fact was found, 3 when none was, 2 without a question."""
    if not arguments:
        sys.stderr.write("usage: python -m cortex_cli.probes QUESTION\n")
        return 2
    question = " ".join(arguments)
    finding = probes.find(question, language_of(question), os.environ)
    if finding is None:
        sys.stderr.write("no fact of this machine is surely asked\n")
        return 3
    commands = "".join(f"  {command.text}\n" for command in finding.commands)
    shown = f"[{finding.subject} {finding.confidence}: {finding.value}]"
    sys.stdout.write(f"{finding.text}\n{commands}{shown}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
