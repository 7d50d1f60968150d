"""The OpenAI-compatible servers that can be asked directly, and the settings of each.

Reads settings that are passed in; connects to nothing.  A key is used only with the address that
the same source gives, or with the provider's default address.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cortex_cli.errors import UsageError

if TYPE_CHECKING:
    from cortex_cli.model.provider_env import ProviderSettings

LOCAL_NAME = "localhost"
API_VERSION = "/v1"
SOCKET_PREFIX = "unix:"
# The host is not looked up: the connection goes to the socket.
SOCKET_BASE_URL = f"http://{LOCAL_NAME}{API_VERSION}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The prefix of a provider's variables, and the defaults."""

    prefix: str
    base_url: str
    model: str | None
    needs_key: bool = False

    def resolve(self, settings: ProviderSettings) -> Target:
        """Read the provider's variables.

        Raises:
            UsageError: a required one is missing, one is invalid, or the key and the address
                come from different sources.
        """
        key = self._resolve_key(settings)
        model = settings.get(f"{self.prefix}_MODEL") or self.model
        url = settings.get(f"{self.prefix}_BASE_URL") or self.base_url
        if url.startswith(f"{SOCKET_PREFIX}/"):
            path = url.removeprefix(SOCKET_PREFIX)
            return Target(SOCKET_BASE_URL, model, key or "none", path)
        if problem := find_url_problem(url):
            raise UsageError(f"{self.prefix}_BASE_URL is {url!r}; {problem}")
        return Target(complete_url(url), model, key or "none")

    def _resolve_key(self, settings: ProviderSettings) -> str | None:
        key_name, url_name = f"{self.prefix}_API_KEY", f"{self.prefix}_BASE_URL"
        source = settings.find_source(key_name)
        url_source = settings.find_source(url_name)
        if url_source is not None and key_name in url_source.values:
            source = url_source
        if source is None:
            if self.needs_key:
                place = url_source.name if url_source else "the environment or in ~/.cortex/.env"
                raise UsageError(f"{key_name} is not set", hint=f"set it in {place}")
            return None
        if url_source is not None and source is not url_source:
            raise UsageError(
                f"{key_name} is set in {source.name} but {url_name} in {url_source.name}; "
                "a key is sent only to a server that the same place names",
                hint=f"set both in {url_source.name}, or unset one of them",
            )
        key = source.values[key_name]
        if not (key.isascii() and key.isprintable()):  # it goes into a header line
            raise UsageError(
                f"{key_name} in {source.name} is not a key: it must be printable ASCII"
            )
        return key


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
        return f"{SOCKET_PREFIX}{self.socket_path}" if self.socket_path else self.base_url


ENDPOINTS = {
    "llama_cpp": Endpoint("LLAMA_CPP", "http://127.0.0.1:8085", None),
    "ollama": Endpoint("OLLAMA", "http://127.0.0.1:11434", None),
    "openai": Endpoint("OPENAI", "https://api.openai.com/v1", "gpt-4o-mini", needs_key=True),
}


def complete_url(url: str) -> str:
    """Return the address of the API at ``url``: with ``/v1``, without a slash at the end."""
    url = url.rstrip("/")
    return url if url.endswith(API_VERSION) else url + API_VERSION


def find_url_problem(url: str) -> str | None:
    """Return why ``url`` is not a server's address; None if it is.

    Strict, so that no two readers of an address can disagree about its host.
    """
    if not url.startswith(("http://", "https://")):
        return "it must start with http://, https:// or unix:/"
    if not (url.isascii() and url.isprintable()) or any(char in url for char in " \\?#"):
        return "it contains a character that no server's address has"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return f"it is no address: {error}"
    if "@" in parts.netloc:
        return "a password does not belong in it; use the API key"
    return None if host and port != 0 else "it names no server"


def is_local(url: str) -> bool:
    """Return True if ``url`` is on this machine: localhost or a loopback address."""
    host = urlsplit(url).hostname or ""
    if host == LOCAL_NAME:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
