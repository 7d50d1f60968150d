"""The indexes that an answer uses, open until it is complete; and the check of its commands.

If an index is damaged, the answer does without it, with a note.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import command_checks
from cortex_cli.ask.command_checks import Verdict
from cortex_cli.ask.evidence import Library
from cortex_cli.debian.manpages import Manuals
from cortex_cli.documents.search import Documents
from cortex_cli.errors import Failure
from cortex_cli.index import background
from cortex_cli.index.documents import DocumentSource
from cortex_cli.packages.knowledge import Knowledge

if TYPE_CHECKING:
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.ask.request import Answer
    from cortex_cli.settings import Settings


class OpenIndexes:
    """The package index and the documents."""

    def __init__(self) -> None:
        self._indexes = ExitStack()

    def close(self) -> None:
        """Close all indexes."""
        self._indexes.close()

    def open_library(self, settings: Settings, manuals: Manuals, *, wait: bool) -> Library:
        """Open both indexes; without ``wait`` only those that exist already."""
        background.prepare(DocumentSource.find(settings.environ), settings.environ)
        knowledge = self.open_knowledge(settings, wait=wait)
        try:
            documents = Documents.open(settings.environ, wait=wait)
        except Failure as error:
            output.talk(f"answering without the manual index: {error.message}")
            documents = Documents(None)
        self._indexes.enter_context(documents)
        if knowledge.is_building:
            output.talk("Note: the package index is being built in the background.")
        return Library(knowledge, manuals, documents)

    def open_knowledge(self, settings: Settings, *, wait: bool = True) -> Knowledge:
        """Open the package index."""
        try:
            knowledge = Knowledge.open(settings.environ, wait=wait)
        except Failure as error:
            output.talk(f"answering without the package index: {error.message}")
            knowledge = Knowledge(None)
        return self._indexes.enter_context(knowledge)

    def check_commands(
        self, settings: Settings, draft: Answer, library: Library, untrusted: str
    ) -> Answer:
        """Return ``draft`` with the verdicts on its commands."""
        claims = self._check(settings, library, draft.text, untrusted)
        # A package that has the program is worth its name; a manual that has the option is not.
        sources = [
            claim.source for claim in claims if claim.source and claim.verdict is Verdict.AVAILABLE
        ]
        return replace(
            draft,
            claims=tuple(claims),
            sources=tuple(dict.fromkeys((*draft.sources, *sources))),
        )

    def _check(
        self, settings: Settings, library: Library, text: str, untrusted: str
    ) -> list[Claim]:
        """Check the commands of an answer; a refuted one only by a complete and fresh index."""
        manuals = library.manuals or Manuals.from_environ(settings.environ)
        path = settings.environ.get("PATH")
        knowledge = library.knowledge
        claims = command_checks.check(text, knowledge, manuals, path, untrusted)
        if all(claim.verdict is Verdict.CHECKED for claim in claims):
            return claims
        if knowledge.is_building:
            knowledge = self.open_knowledge(settings)
        elif not (any(claim.refuted for claim in claims) and knowledge.catch_up()):
            return claims
        return command_checks.check(text, knowledge, manuals, path, untrusted)
