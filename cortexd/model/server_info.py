"""What is known about the model server, and how its own description is read; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cortexd.api.messages import LlmState

# Tags of /v1/models that name the prompt profile, as cortex-llm sets them.
_PROFILE_TAG = "cortex.profile="
_NANO_PREFIX = "cortex-nano"
# Nobody knows what the model can do: it has not been through the trial of cortex-llm.
UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What is known about the model server."""

    state: LlmState = "absent"
    model: str | None = None
    profile: str | None = None
    context_length: int | None = None
    slots: int | None = None


def parse_server_info(
    models_body: bytes, props_body: bytes, profile: str | None = None
) -> ServerInfo:
    """What ``/v1/models`` and ``/props`` say about a ready server; None for what they do not.

    ``profile`` is the configured one, which counts; a server that names none is untested.
    """
    models = json_member(models_body, "data")
    first = models[0] if isinstance(models, list) and models else {}
    name = str(first.get("id", "unknown")) if isinstance(first, dict) else "unknown"
    tags = first.get("tags") if isinstance(first, dict) else None
    profile = profile or next(
        (
            str(tag).removeprefix(_PROFILE_TAG)
            for tag in (tags if isinstance(tags, list) else [])
            if str(tag).startswith(_PROFILE_TAG)
        ),
        "nano" if name.startswith(_NANO_PREFIX) else UNTESTED,
    )
    slots = json_member(props_body, "total_slots")
    settings = json_member(props_body, "default_generation_settings")
    length = settings.get("n_ctx") if isinstance(settings, dict) else None
    return ServerInfo(
        "ready",
        name,
        profile,
        length if isinstance(length, int) else None,
        slots if isinstance(slots, int) and slots > 0 else None,
    )


def json_member(body: bytes, name: str) -> Any:
    """One member of a JSON object, or None if there is no such member or no such object."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return value.get(name) if isinstance(value, dict) else None
