"""The original project's command interpreter, for programs written against it.

    from cortex.llm.interpreter import CommandInterpreter

    CommandInterpreter(api_key="", provider="llama_cpp").parse("install nginx")

Thin: ``cortex_cli.interpreter`` does the work.  Nothing is ever run, and nothing is cached.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

from cortex_cli import interpreter

if TYPE_CHECKING:
    from collections.abc import Mapping


class APIProvider(Enum):
    """What may answer: the values of ``CORTEX_PROVIDER``, and one that Cortex does not have."""

    LLAMA_CPP = "llama_cpp"
    OLLAMA = "ollama"
    OPENAI = "openai"
    DAEMON = "daemon"
    FAKE = "fake"
    CLAUDE = "claude"


class CommandInterpreter(interpreter.CommandInterpreter):
    """Turns requests into commands with the model of one provider."""

    def __init__(  # noqa: PLR0917 - the original's signature
        self,
        api_key: str = "",
        provider: str | APIProvider = APIProvider.LLAMA_CPP,
        model: str | None = None,
        offline: bool = False,
        cache: object = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare the settings; nothing is sent yet.

        ``offline`` and ``cache`` belonged to a cache of answers, which there is none of: the
        first changes nothing with a local provider, the second is ignored.

        Raises:
            ValueError: there is no such provider, or ``offline`` excludes it.
        """
        self.provider = find_provider(provider)
        self.api_key = api_key
        self.model = model
        if offline and self.provider is APIProvider.OPENAI:
            raise ValueError("the provider openai needs the network; use llama_cpp offline")
        super().__init__(api_key, self.provider.value, model, environ)

    def parse(self, user_input: str, validate: bool = True) -> list[str]:
        """Return the commands for ``user_input``, in the order in which to run them.

        Commands are always validated; ``validate`` is there for programs that name it.
        Errors as in ``cortex_cli.interpreter``.
        """
        return super().parse(user_input)

    def parse_with_context(
        self, user_input: str, system_info: dict[str, Any] | None = None, validate: bool = True
    ) -> list[str]:
        """As ``parse``, with what the caller knows of the machine added to the request."""
        if not system_info or not user_input.strip():
            return self.parse(user_input)
        return self.parse(f"{user_input}\n\nSystem context: {json.dumps(system_info)}")


def find_provider(provider: str | APIProvider) -> APIProvider:
    """Return the provider of this name.

    Raises:
        ValueError: there is none; names those that there are.
    """
    name = provider.value if isinstance(provider, APIProvider) else str(provider).lower()
    valid = [known.value for known in APIProvider if known is not APIProvider.CLAUDE]
    if name not in valid:
        raise ValueError(f"Cortex has no provider {name!r}; use one of: {', '.join(valid)}")
    return APIProvider(name)
