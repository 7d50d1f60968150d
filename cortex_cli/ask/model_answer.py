"""Produces an answer with a model: gathers evidence, asks, checks the commands in its text.

An instruction model gets the evidence and streams its answer; ``chat_model.py``.  The built-in
small model only rephrases a passage; ``nano_model.py``.  Either way the commands in the text are
checked against this machine afterwards.
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
from cortex_cli.ask.request import print_finding
from cortex_cli.debian.manpages import Manuals
from cortex_cli.documents.search import Documents
from cortex_cli.errors import Failure
from cortex_cli.index import background
from cortex_cli.index.documents import DocumentSource
from cortex_cli.language.question import Question
from cortex_cli.model import control_tokens, prompts, provider
from cortex_cli.packages.knowledge import Knowledge

if TYPE_CHECKING:
    from cortex_cli.ask.command_checks import Claim
    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.request import Answer, Request, Show
    from cortex_cli.finding import Finding
    from cortex_cli.settings import Settings


def answer_with_model(
    settings: Settings, request: Request, finding: Finding | None, show: Show
) -> Answer:
    """Answer ``request`` with a model; ``finding`` is what is half known without one.

    Raises:
        CortexError: no daemon, no model, or the model stopped mid-answer.
    """
    manuals = Manuals.from_environ(settings.environ)
    with (
        closing(provider.choose(settings, request.model)) as model_provider,
        closing(OpenIndexes()) as indexes,
    ):
        model = model_provider.model()
        if finding and model.profile == prompts.NANO:  # it knows even less
            return print_finding(request, finding, show)
        known_facts, troubles = _collect_facts(settings, request.question)
        # Attachments, troubles and facts are answered without an index.
        at_once = (
            request.attachments or troubles or facts.select_facts(request.question, known_facts)
        )
        library = indexes.open_library(settings, manuals, wait=not at_once)
        gathered = evidence.gather(request.question, library, known_facts, troubles or ())
        if model.profile == prompts.NANO and request.system is None:
            draft = phrase(
                model_provider,
                model,
                request,
                gathered,
                about_failure=troubles is not None,
                show=show,
            )
        else:
            if not gathered.supporting and request.history:
                gathered = _gather_with_previous_question(request, library, known_facts)
            known_facts += evidence.find_versions(request.question, library.knowledge)
            draft = converse(model_provider, model, request, gathered, known_facts, show=show)
        if not draft.known:
            return draft
        untrusted = _join_untrusted(request, gathered)
        claims = _check_commands(settings, indexes, library, draft.text, untrusted)
    sources = [claim.source for claim in claims if claim.source and claim.verdict in CONFIRMED]
    return replace(
        draft,
        claims=tuple(claims),
        sources=tuple(dict.fromkeys((*draft.sources, *sources))),
    )


CONFIRMED = (Verdict.CHECKED, Verdict.AVAILABLE)


def _collect_facts(settings: Settings, question: Question) -> tuple[list[Fact], list[Fact] | None]:
    """Return facts about this machine and its troubles; None unless ``question`` asks for them."""
    known = facts.collect()
    if not failures.is_about_failure(question):
        return known, None
    return known + failures.read_health(settings), failures.collect(settings.environ, question)


def _gather_with_previous_question(
    request: Request, library: Library, known: list[Fact]
) -> Evidence:
    """Gather for a follow-up ("and which port?"), which is about the subject of the last one."""
    earlier = [turn["content"] for turn in request.history if turn["role"] == "user"]
    return evidence.gather(Question(f"{earlier[-1]} {request.question}"), library, known)


def _check_commands(
    settings: Settings, indexes: OpenIndexes, library: Library, text: str, untrusted: str
) -> list[Claim]:
    """Check the commands of an answer; a refuted one only by a complete and fresh index."""
    manuals = library.manuals or Manuals.from_environ(settings.environ)
    path = settings.environ.get("PATH")
    knowledge = library.knowledge
    claims = command_checks.check(text, knowledge, manuals, path, untrusted)
    if all(claim.verdict is Verdict.CHECKED for claim in claims):
        return claims
    if knowledge.is_building:
        knowledge = indexes.open_knowledge(settings)
    elif not (any(claim.refuted for claim in claims) and knowledge.catch_up()):
        return claims
    return command_checks.check(text, knowledge, manuals, path, untrusted)


def _join_untrusted(request: Request, gathered: Evidence) -> str:
    """Join all text that anybody may have written; manuals come from the system."""
    texts = [attachment.text for attachment in request.attachments]
    passages = (*gathered.supporting, *gathered.related)
    texts += [passage.text for passage in passages if not passage.source.startswith("man ")]
    text = "\n".join(texts)
    # The model has read the second form, and may copy that.
    return f"{text}\n{control_tokens.break_up(text)}"


class OpenIndexes:
    """The indexes that an answer uses, open until it is complete.

    If one is damaged, the answer does without it, with a note.
    """

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
