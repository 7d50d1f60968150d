"""How an answer comes about: evidence, prompt, model, and what of its text may be shown.

An instruction model is given the evidence and streams; ``conversing.py``.  The built-in small
model is only asked to phrase what a passage says; ``phrasing.py``.  Either way the commands in
the text are checked against this machine afterwards.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli import claims, evidence, facts, output, prompts, provider, troubles
from cortex_cli.claims import Verdict
from cortex_cli.conversing import converse
from cortex_cli.errors import Failure
from cortex_cli.knowledge import Knowledge
from cortex_cli.manuals import Manuals
from cortex_cli.phrasing import phrase

if TYPE_CHECKING:
    from cortex_cli.evidence import Evidence
    from cortex_cli.facts import Fact
    from cortex_cli.request import Answer, Request, Show
    from cortex_cli.settings import Settings


def answer(settings: Settings, request: Request, show: Show) -> Answer:
    """Answer ``request``; every piece of text goes to ``show`` as soon as it may.

    Raises:
        CortexError: no daemon, no model, or the model broke off.
    """
    manuals = Manuals.of(settings.environ)
    with (
        closing(provider.choose(settings, request.model)) as source,
        _knowledge(settings) as knowledge,
    ):
        model = source.model()
        known_facts, trouble = _facts(settings, request.question)
        found = evidence.gather(request.question, knowledge, known_facts, manuals, trouble or ())
        if model.profile == prompts.NANO and request.system is None:
            given = phrase(
                source, model, request, found, about_failure=trouble is not None, show=show
            )
        else:
            if not found.supporting and request.history:
                found = _with_what_was_asked_before(request, knowledge, known_facts, manuals)
            given = converse(source, model, request, found, known_facts, show=show)
        if not given.known:
            return given
        read = _data(request, found)
        checked = claims.check(given.text, knowledge, manuals, settings.environ.get("PATH"), read)
    borne_out = [each.source for each in checked if each.source and each.verdict in BORNE_OUT]
    return replace(
        given,
        claims=tuple(checked),
        sources=tuple(dict.fromkeys((*given.sources, *borne_out))),
    )


BORNE_OUT = (Verdict.CHECKED, Verdict.AVAILABLE)


def _facts(settings: Settings, question: str) -> tuple[list[Fact], list[Fact] | None]:
    """What is known of this machine, and what is wrong with it; None if that is not asked."""
    known = facts.collect()
    if not troubles.asked_for(question):
        return known, None
    return known + troubles.health(settings), troubles.collect(settings.environ, question)


def _with_what_was_asked_before(
    request: Request, knowledge: Knowledge, known: list[Fact], manuals: Manuals
) -> Evidence:
    """A question that goes on ("and which port?") is about what the last one was about."""
    earlier = [turn["content"] for turn in request.history if turn["role"] == "user"]
    return evidence.gather(f"{earlier[-1]} {request.question}", knowledge, known, manuals)


def _data(request: Request, found: Evidence) -> str:
    """All that was read and that anybody may have written; manuals are the system's own."""
    texts = [attachment.text for attachment in request.attachments]
    passages = (*found.supporting, *found.related)
    texts += [passage.text for passage in passages if not passage.source.startswith("man ")]
    return "\n".join(texts)


def _knowledge(settings: Settings) -> Knowledge:
    try:
        return Knowledge.open(settings.environ)
    except Failure as error:  # a damaged list is no reason not to answer
        output.talk(f"answering without the package index: {error.message}")
        return Knowledge(None)
