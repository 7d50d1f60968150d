"""The actions nearest to a question that is none for sure, and how to ask for each.

For the sentence that says nothing was found; nothing here is shown as an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.actions import matcher, sentence
from cortex_cli.actions.placeholders import placeholder
from cortex_cli.expressions import expression
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

if TYPE_CHECKING:
    from cortex_cli.actions.action import Action

# Below this, what is near shares a word by chance.
LEAST = 0.4
_SLOT = expression(r"{([a-z_]\w*)}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``title`` says what the action does, ``ask`` is a question that gets it."""

    name: str
    title: str
    ask: str


def nearest(question: str, language: str, count: int = 2) -> tuple[Suggestion, ...]:
    """At most ``count`` actions that are near to ``question``, nearest first; often none.

    ``language`` is ``en``, ``fr`` or ``es``; titles and questions are in it.
    """
    known = language if language in (ENGLISH, FRENCH, SPANISH) else ENGLISH
    asked = sentence.read(question, known)
    if asked is None:
        return ()
    matches = [one for one in matcher.matches(asked, limit=count) if one.score >= LEAST]
    return tuple(_suggestion(one.action, known) for one in matches)


def _suggestion(action: Action, language: str) -> Suggestion:
    def fill_slots(text: str) -> str:
        return _SLOT.sub(
            lambda slot: (
                placeholder(action.parameters[slot[1]].kind, language)
                if slot[1] in action.parameters
                else slot[1].upper()
            ),
            text,
        )

    does = action.does.get(language) or action.does[ENGLISH]
    phrases = action.phrases.get(language) or action.phrases[ENGLISH]
    return Suggestion(action.name, fill_slots(does), fill_slots(phrases[0]))
