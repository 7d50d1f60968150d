"""Renders the prompt templates in ``templates/``; Jinja2 is imported with the first one.

Templates are named ``PROFILE-COMMAND-ROLE.j2``.  Profiles: ``nano`` is the built-in model,
which rephrases and chooses but never has to know facts, in exactly the layouts that it was
trained on; ``chat`` is any instruction model.  A profile without templates of its own is
prompted as ``chat``: ``tiny`` follows instructions, and is often wrong; ``base`` continues text;
``untested`` is what has not been through the trial of ``cortex-llm``.

Whatever a template inserts is data: control tokens in it are broken up, here and nowhere else but
for the earlier turns of a conversation, which no template renders.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.model import control_tokens

if TYPE_CHECKING:
    from jinja2 import Environment

# Data is set between two of these marks: a text cannot contain its own digest.
MARK_BYTES = 8
FOLDER = Path(__file__).with_name("templates")
NANO, CHAT = "nano", "chat"
BASE, TINY, UNTESTED = "base", "tiny", "untested"

#: What a model of each profile is good for, as people read it.
PURPOSES = {
    NANO: "classifying requests, choosing among candidates, quoting passages; "
    "for open questions set up a larger model: cortex llm list",
    BASE: "nothing here: it continues text instead of answering; use an instruction model: "
    "cortex llm list",
    TINY: "putting what Cortex has found into words; not for open questions or alerts: "
    "it is often wrong",
    CHAT: "open questions, explanations, alerts",
    UNTESTED: "unknown: it has not been tested; cortex doctor tests it",
}

#: What the small model was trained to say if its passage does not contain the answer.
NANO_UNKNOWN = (
    "I don't know: the passage does not say.",
    "Je ne sais pas : le passage ne le dit pas.",
    "No lo sé: el pasaje no lo dice.",
)


def describe_purpose(profile: str | None) -> str:
    """Return what a model of this profile is good for; None and unknown ones are untested."""
    return PURPOSES.get(profile or UNTESTED, PURPOSES[UNTESTED])


def render_messages(profile: str, command: str, **values: Any) -> list[dict[str, str]]:
    """Render the system and user turns of ``command`` for a model of ``profile``."""
    turns = []
    has_own = (FOLDER / f"{profile}-{command}-user.j2").exists()
    family = profile if has_own else CHAT
    for role in ("system", "user"):
        text = _environment().get_template(f"{family}-{command}-{role}.j2").render(values).strip()
        if text:
            turns.append({"role": role, "content": text})
    return turns


def make_mark(*texts: str) -> str:
    """Return a mark to set around ``texts`` that none of them contains."""
    from hashlib import blake2b  # most answers need no mark, and OpenSSL takes a while to load

    joined = "\0".join(texts).encode("utf-8", "replace")
    return blake2b(joined, digest_size=MARK_BYTES).hexdigest()


def _break_up_value(value: Any) -> Any:
    return control_tokens.break_up(value) if isinstance(value, str) else value


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        finalize=_break_up_value,  # of each {{ expression }}; a template's own text stays
        autoescape=False,  # noqa: S701 - prompts are plain text, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
