"""Creates the HTTP client of a provider: what the environment may change, and what is sent.

Servers of this machine are never reached through a proxy.  For others the proxy and certificate
variables hold; one that cannot be used is named.  Redirects are not followed, and no header goes
out but those that a request needs: the library would add an organisation, a project and any header
that ``OPENAI_CUSTOM_HEADERS`` holds, whoever the server is.  Knows nothing of prompts.
"""

from __future__ import annotations

import os
import ssl
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.errors import UsageError
from cortex_cli.model.endpoints import is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cortex_cli.model.endpoints import Target

PROXY_VARIABLES = ("all_proxy", "https_proxy", "http_proxy", "no_proxy")
HEADERS_VARIABLE = "OPENAI_CUSTOM_HEADERS"
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
KEY_LOG_VARIABLE = "SSLKEYLOGFILE"
SENT_HEADERS = frozenset(
    "accept accept-encoding connection content-length content-type host user-agent".split()  # noqa: SIM905
)


def create(factory: type[Any], target: Target) -> Any:
    """Return a client for ``target``, made by ``factory``, a class with httpx's options.

    Raises:
        UsageError: an environment variable names a proxy or certificates that cannot be used.
    """
    if not os.environ.get(HEADERS_VARIABLE, "").isascii():  # the library builds them all the same
        raise UsageError(
            f"{HEADERS_VARIABLE} contains a character that fits no header",
            hint="unset it; Cortex does not send these headers",
        )
    local = is_local(target.base_url)
    if not local or target.base_url.startswith("https:"):
        _check_certificates()
    options: dict[str, Any] = {
        "trust_env": not local,
        "follow_redirects": False,
        "event_hooks": {"request": [_limit_headers(target.api_key)]},
    }
    try:
        if target.socket_path:
            options["transport"] = _connect_by_socket(factory, target.socket_path)
        if local and target.base_url.startswith("https:"):  # without trust_env no own certificates
            options["verify"] = ssl.create_default_context(
                cafile=os.environ.get("SSL_CERT_FILE"), capath=os.environ.get("SSL_CERT_DIR")
            )
        return factory(**options)
    except Exception as error:
        raise _explain(error, target.address) from error


def find_proxy_variable(base_url: str) -> str | None:
    """Return the variable that may name the proxy on the way to ``base_url``."""
    if is_local(base_url):
        return None
    scheme = base_url.partition(":")[0]
    return next(iter(_list_set((f"{scheme}_proxy", "all_proxy"))), None)


def _connect_by_socket(factory: type[Any], path: str) -> Any:
    """Return a transport whose connections all go to the Unix socket at ``path``."""
    # httpx, or httpx2 in newer versions of openai: whichever the class is derived from.
    base = next(kind for kind in factory.__mro__ if kind.__name__ == "Client")
    return import_module(base.__module__.partition(".")[0]).HTTPTransport(uds=path)


def _limit_headers(api_key: str) -> Callable[[Any], None]:
    def limit(request: Any) -> None:
        for name in list(request.headers):
            if name.lower() not in SENT_HEADERS:
                del request.headers[name]
        request.headers["Authorization"] = f"Bearer {api_key}"

    return limit


def _check_certificates() -> None:
    for name in _list_set(CERTIFICATE_VARIABLES):
        if not Path(os.environ[name]).exists():
            raise UsageError(
                f"{name} is {os.environ[name]!r}, which does not exist",
                hint=f"set it to your certificates, or unset {name}",
            )


def _explain(error: Exception, address: str) -> UsageError:
    """Return what to tell the user; a proxy's address is not shown, it may hold a password."""
    if isinstance(error, ImportError):
        proxies = _list_set(PROXY_VARIABLES)
        socks = [name for name in proxies if os.environ[name].lower().startswith("socks")]
        return UsageError(
            f"{_join(socks or proxies)} names a SOCKS proxy, which needs the package socksio",
            hint="name an http:// proxy, or unset the variable",
        )
    if isinstance(error, OSError):  # ssl.SSLError too
        names = _list_set((*CERTIFICATE_VARIABLES, KEY_LOG_VARIABLE))
        return UsageError(
            f"{_join(names) or 'the certificates'} cannot be used: {error.strerror or error}",
            hint="correct the variable, or unset it",
        )
    names = _list_set(PROXY_VARIABLES)
    if names:
        return UsageError(
            f"{_join(names)} is not the address of a proxy that can be used",
            hint="write it as http://HOST:PORT, or unset it",
        )
    return UsageError(f"cannot prepare a connection to {address}: {error}")


def _list_set(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that are set, as they are spelt in the environment."""
    spellings = (each for name in names for each in (name.lower(), name.upper()))
    return [each for each in dict.fromkeys(spellings) if os.environ.get(each)]


def _join(names: list[str]) -> str:
    return " or ".join(names)
