"""The model's pick among candidates, where the catalogue is not confident."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.install import plan
from cortex_cli.install.choice import names_of
from cortex_cli.model import prompts, provider
from cortex_cli.model.provider import Prompt
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.model.provider import Provider
    from cortex_cli.packages.package import Hit
    from cortex_cli.settings import Settings

# The small model picks only between candidates that rank nearly equal: asked about all of them,
# it was measured to choose worse than the ranking does.
NANO_MARGIN = 0.5
CHOICE_MAX_TOKENS = 128


def try_model(settings: Settings, request: str, hits: Sequence[Hit]) -> list[str] | None:
    """Return the model's choice; None without a model, a need or a valid choice."""
    try:
        with closing(provider.choose(settings)) as model_provider:
            model = model_provider.model()
            if model.profile == prompts.NANO:
                hits = [hit for hit in hits if hit.score >= hits[0].score - NANO_MARGIN]
                if len(hits) == 1:
                    return None
            with output.Waiting("waiting for the model"):
                return ask_model(model_provider, model.profile, request, hits)
    except CortexError as error:
        hint = f" ({error.hint})" if error.hint else ""
        output.talk(f"choosing without a model: {error.message}{hint}")
        return None


def ask_model(
    model_provider: Provider, profile: str, request: str, hits: Sequence[Hit]
) -> list[str] | None:
    """Return what a model picks from ``hits``, whatever their ranking; None if invalid.

    Raises:
        CortexError: the model does not answer.
    """
    names = list(names_of(hits))
    offered = [hit.package for hit in hits]
    messages = prompts.render_messages(profile, "install", request=request, candidates=offered)
    prompt = Prompt(messages, CHOICE_MAX_TOKENS, json_schema=plan.build_schema(names))
    reply, _ = provider.complete(model_provider, prompt)
    picked = plan.parse_choice(reply, names)
    if profile == prompts.NANO:
        return picked[:1] if picked else None
    return picked
