"""``python -m cortex_cli.actions QUESTION``: prints what the catalogue makes of a question."""

from __future__ import annotations

import sys

from cortex_cli import actions
from cortex_cli.language.terms import language_of


def main(arguments: list[str]) -> int:
    """0 when an action was found, 3 when none was, 2 without a question."""
    if not arguments:
        sys.stderr.write("usage: python -m cortex_cli.actions QUESTION\n")
        return 2
    question = " ".join(arguments)
    finding = actions.find(question, language_of(question))
    if finding is None:
        sys.stderr.write("no action of the catalogue is surely meant\n")
        return 3
    sys.stdout.write(f"{finding.text}\n[{finding.subject} {finding.confidence}]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
