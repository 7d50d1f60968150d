"""The OpenAI-compatible servers that can be asked directly, and the settings of each.

Reads settings that are passed in; connects to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


# The host is not looked up: the connection goes to the socket.
SOCKET_BASE_URL = "http://localhost/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The prefix of a provider's variables, and the defaults."""

    prefix: str
    base_url: str
    model: str | None
    needs_key: bool = False

    def resolve(self, values: Mapping[str, str]) -> Target:
        """Read the provider's variables.

        Raises:
            UsageError: a required one is missing, or one is invalid.
        """
        key = values.get(f"{self.prefix}_API_KEY")
        if self.needs_key and not key:
            raise UsageError(
                f"{self.prefix}_API_KEY is not set",
                hint="set it in the environment or in ~/.cortex/.env",
            )
        model = values.get(f"{self.prefix}_MODEL") or self.model
        url = values.get(f"{self.prefix}_BASE_URL") or self.base_url
        if url.startswith("unix:/"):
            return Target(SOCKET_BASE_URL, model, key or "none", url.removeprefix("unix:"))
        if not url.startswith(("http://", "https://")):
            raise UsageError(
                f"{self.prefix}_BASE_URL is {url!r}; it must start with http://, https:// or unix:/"
            )
        url = url.rstrip("/")
        return Target(url if url.endswith("/v1") else f"{url}/v1", model, key or "none")


@dataclass(frozen=True, slots=True)
class Target:
    """One server to ask; ``socket_path`` is set if it listens on a Unix socket."""

    base_url: str
    model: str | None
    api_key: str
    socket_path: str | None = None

    @property
    def address(self) -> str:
        """The address for a person."""
        return f"unix:{self.socket_path}" if self.socket_path else self.base_url


ENDPOINTS = {
    "llama_cpp": Endpoint("LLAMA_CPP", "http://127.0.0.1:8085", None),
    "ollama": Endpoint("OLLAMA", "http://127.0.0.1:11434", None),
    "openai": Endpoint("OPENAI", "https://api.openai.com/v1", "gpt-4o-mini", needs_key=True),
}
