"""Who has the address: nobody, a model server (and which model), or another program.

The program is found through /proc: the listening socket's inode, then the process that
holds it. Other users' processes hide that from all but root.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cortex_llm import unit
from cortex_llm.endpoint import Endpoint, TcpEndpoint, UnixEndpoint, request
from cortex_llm.unit import TCP_SOCKET

CONNECT_TIMEOUT = 1.0
ROOT = "0"  # the user of a socket in /proc/net/tcp
UNIT_FOLDERS = tuple(
    Path(folder, "systemd/system")
    for folder in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
)
LISTENING = "0A"  # the state column of /proc/net/tcp


@dataclass(frozen=True)
class PortOwner:
    """`model` is the name of the model served, None when it is not a model server.

    `on_demand`: systemd holds the address for our service; asking there, with the key, would load
    the model.
    """

    program: str
    model: str | None
    on_demand: bool = False


def find_owner(endpoint: Endpoint, api_key: str | None) -> PortOwner | None:
    """None when nothing listens at the endpoint."""
    if isinstance(endpoint, TcpEndpoint) and _is_held_by_systemd(endpoint):
        return PortOwner(f"systemd ({TCP_SOCKET})", None, on_demand=True)
    try:
        endpoint.connect(CONNECT_TIMEOUT).close()
    except OSError:
        return None
    return PortOwner(_program(endpoint), _model(endpoint, api_key))


def _is_held_by_systemd(endpoint: TcpEndpoint) -> bool:
    state = unit.show_property(TCP_SOCKET, "ActiveState")
    if not state:  # without D-Bus, as on a minimal system, only root may ask systemd
        return _is_declared(endpoint) and ROOT in _list_listener_users(endpoint)
    if state != "active":
        return False
    return f"{endpoint.host}:{endpoint.port} " in unit.show_property(TCP_SOCKET, "Listen") + " "


def _is_declared(endpoint: TcpEndpoint) -> bool:
    """Whether systemd runs here and has our unit with this address."""
    if not Path("/run/systemd/system").is_dir():
        return False
    wanted = f"ListenStream={endpoint.host}:{endpoint.port}"
    for folder in UNIT_FOLDERS:
        with contextlib.suppress(OSError):
            return wanted in (folder / TCP_SOCKET).read_text("utf-8", "replace").splitlines()
    return False


def _list_listener_users(endpoint: TcpEndpoint) -> set[str]:
    return {fields[7] for fields in _list_listeners(endpoint)}


def _model(endpoint: Endpoint, api_key: str | None) -> str | None:
    try:
        reply = request(endpoint, "/v1/models", api_key=api_key, timeout=CONNECT_TIMEOUT)
        return str(reply.json["data"][0]["id"])
    except (OSError, TypeError, KeyError, IndexError):
        return None


def _program(endpoint: Endpoint) -> str:
    inodes = {f"socket:[{inode}]" for inode in _inodes(endpoint)}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if _link(descriptor) in inodes:
                    name = (process / "comm").read_text("utf-8", "replace").strip()
                    return f"{name} (pid {process.name})"
    return "a program run by another user"


def _link(descriptor: Path) -> str:
    with contextlib.suppress(OSError):
        return os.readlink(descriptor)  # noqa: PTH115 - "socket:[…]" is no path
    return ""


def _inodes(endpoint: Endpoint) -> Iterator[str]:
    if isinstance(endpoint, UnixEndpoint):
        for fields in _table("unix"):
            if len(fields) > 7 and fields[7] == str(endpoint.path):
                yield fields[6]
        return
    for fields in _list_listeners(endpoint):
        yield fields[9]


def _list_listeners(endpoint: TcpEndpoint) -> Iterator[list[str]]:
    """The rows of /proc/net/tcp and tcp6 for sockets that listen at the port."""
    for fields in [*_table("tcp"), *_table("tcp6")]:
        port = int(fields[1].rpartition(":")[2], 16)
        if port == endpoint.port and fields[3] == LISTENING:
            yield fields


def _table(name: str) -> list[list[str]]:
    with contextlib.suppress(OSError):
        return [line.split() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return []
