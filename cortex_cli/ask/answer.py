"""How an answer comes about: evidence, prompt, model, and what of its text may be shown.

An instruction model is given the evidence and streams; ``chat_model.py``.  The built-in small
model is only asked to phrase what a passage says; ``nano_model.py``.  Either way the commands in
the text are checked against this machine afterwards.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import command_checks, evidence, facts, failures
from cortex_cli.ask.chat_model import converse
from cortex_cli.ask.command_checks import Verdict
from cortex_cli.ask.evidence import Library
from cortex_cli.ask.nano_model import phrase
from cortex_cli.debian.manpages import Manuals
from cortex_cli.documents.search import Documents
from cortex_cli.errors import Failure
from cortex_cli.index import background
from cortex_cli.index.documents import DocumentSource
from cortex_cli.language.question import Question
from cortex_cli.model import prompts, provider
from cortex_cli.packages.knowledge import Knowledge

if TYPE_CHECKING:
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.request import Answer, Request, Show
    from cortex_cli.settings import Settings


def answer(settings: Settings, request: Request, show: Show) -> Answer:
    """Answer ``request``; every piece of text goes to ``show`` as soon as it may.

    Raises:
        CortexError: no daemon, no model, or the model broke off.
    """
    manuals = Manuals.from_environ(settings.environ)
    with (
        closing(provider.choose(settings, request.model)) as source,
        closing(Opened()) as opened,
    ):
        model = source.model()
        known_facts, trouble = _facts(settings, request.question)
        # What is handed in, what fails and what this machine is are answered without an index.
        at_once = request.attachments or trouble or facts.asked_for(request.question, known_facts)
        library = opened.library(settings, manuals, wait=not at_once)
        found = evidence.gather(request.question, library, known_facts, trouble or ())
        if model.profile == prompts.NANO and request.system is None:
            given = phrase(
                source, model, request, found, about_failure=trouble is not None, show=show
            )
        else:
            if not found.supporting and request.history:
                found = _with_what_was_asked_before(request, library, known_facts)
            known_facts += evidence.versions(request.question, library.knowledge)
            given = converse(source, model, request, found, known_facts, show=show)
        if not given.known:
            return given
        checked = _checked(settings, opened, library, given.text, _data(request, found))
    borne_out = [each.source for each in checked if each.source and each.verdict in BORNE_OUT]
    return replace(
        given,
        claims=tuple(checked),
        sources=tuple(dict.fromkeys((*given.sources, *borne_out))),
    )


BORNE_OUT = (Verdict.CHECKED, Verdict.AVAILABLE)


def _facts(settings: Settings, question: Question) -> tuple[list[Fact], list[Fact] | None]:
    """What is known of this machine, and what is wrong with it; None if that is not asked."""
    known = facts.collect()
    if not failures.asked_for(question):
        return known, None
    return known + failures.health(settings), failures.collect(settings.environ, question)


def _with_what_was_asked_before(request: Request, library: Library, known: list[Fact]) -> Evidence:
    """A question that goes on ("and which port?") is about what the last one was about."""
    earlier = [turn["content"] for turn in request.history if turn["role"] == "user"]
    return evidence.gather(Question(f"{earlier[-1]} {request.question}"), library, known)


def _checked(
    settings: Settings, opened: Opened, library: Library, text: str, read: str
) -> list[Claim]:
    """The commands of an answer, judged by an index that is whole and of today."""
    manuals = library.manuals or Manuals.from_environ(settings.environ)
    path = settings.environ.get("PATH")
    knowledge = library.knowledge
    checked = command_checks.check(text, knowledge, manuals, path, read)
    if all(claim.verdict is Verdict.CHECKED for claim in checked):
        return checked
    if knowledge.being_built:
        knowledge = opened.knowledge(settings)
    elif not (any(claim.refuted for claim in checked) and knowledge.catch_up()):
        return checked
    return command_checks.check(text, knowledge, manuals, path, read)


def _data(request: Request, found: Evidence) -> str:
    """All that was read and that anybody may have written; manuals are the system's own."""
    texts = [attachment.text for attachment in request.attachments]
    passages = (*found.supporting, *found.related)
    texts += [passage.text for passage in passages if not passage.source.startswith("man ")]
    return "\n".join(texts)


class Opened:
    """The indexes that an answer rests on, open until it is given.

    A damaged one is no reason not to answer: that is said, and it is gone without.
    """

    def __init__(self) -> None:
        self._indexes = ExitStack()

    def close(self) -> None:
        """Close all of them."""
        self._indexes.close()

    def library(self, settings: Settings, manuals: Manuals, *, wait: bool) -> Library:
        """Both indexes; without ``wait`` only what is there already."""
        background.prepare(DocumentSource.find(settings.environ), settings.environ)
        knowledge = self.knowledge(settings, wait=wait)
        try:
            documents = Documents.open(settings.environ, wait=wait)
        except Failure as error:
            output.talk(f"answering without the index of manuals: {error.message}")
            documents = Documents(None)
        self._indexes.enter_context(documents)
        if knowledge.being_built:
            output.talk("Note: the package index is being built behind this answer.")
        return Library(knowledge, manuals, documents)

    def knowledge(self, settings: Settings, *, wait: bool = True) -> Knowledge:
        """The package index."""
        try:
            knowledge = Knowledge.open(settings.environ, wait=wait)
        except Failure as error:
            output.talk(f"answering without the package index: {error.message}")
            knowledge = Knowledge(None)
        return self._indexes.enter_context(knowledge)
