"""Renders the prompt templates in ``prompts/``; Jinja2 loads with the first one rendered.

Templates are named ``PROFILE-COMMAND-ROLE.j2``.  Profiles: ``nano`` is the built-in model,
which phrases and chooses but is never asked for facts, in exactly the layouts that it was
trained on; ``chat`` is any instruction model.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

# Between two of these lies what is data; the text itself cannot hold its own digest.
MARK_BYTES = 8
FOLDER = Path(__file__).with_name("templates")
NANO, CHAT = "nano", "chat"

#: What a model of each profile is good for, in words for people.
PURPOSES = {
    NANO: "sorting requests, choosing among candidates, quoting what answers from a passage; "
    "for open questions set up a larger model: cortex-llm models",
    CHAT: "open questions, explanations, alerts",
}

#: What the small model was trained to say where its passage does not hold the answer.
NANO_UNKNOWN = (
    "I don't know: the passage does not say.",
    "Je ne sais pas : le passage ne le dit pas.",
    "No lo sé: el pasaje no lo dice.",
)


def purpose(profile: str | None) -> str:
    """What a model of this profile is good for; an unnamed profile is an instruction model's."""
    return PURPOSES.get(profile or CHAT, PURPOSES[CHAT])


def messages(profile: str, command: str, **values: Any) -> list[dict[str, str]]:
    """The system and user turns of ``command`` for a model of ``profile``."""
    turns = []
    for role in ("system", "user"):
        text = _environment().get_template(f"{profile}-{command}-{role}.j2").render(values).strip()
        if text:
            turns.append({"role": role, "content": text})
    return turns


def mark(*texts: str) -> str:
    """A mark to set around ``texts`` that none of them holds."""
    joined = "\0".join(texts).encode("utf-8", "replace")
    return blake2b(joined, digest_size=MARK_BYTES).hexdigest()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - prompts are plain text, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
