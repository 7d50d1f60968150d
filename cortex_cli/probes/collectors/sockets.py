"""Listeners and connections with their processes, from /proc/net and /proc/PID/fd."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.probes.collectors import packages
from cortex_cli.probes.probe import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

ESTABLISHED, LISTEN, UNCONNECTED = "01", "0A", "07"
_INODE = expression(r"socket:\[(\d+)\]\Z")


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket of /proc/net."""

    protocol: str
    address: str
    port: int
    peer: str
    peer_port: int
    state: str
    inode: str
    user: str


def listeners(machine: Machine, values: Mapping[str, str]) -> Reading:
    """What listens, with its processes."""
    sockets = sorted(_list_listeners(machine), key=lambda one: (one.protocol, one.port))
    if not sockets:
        return Reading({"count": 0}, case="none")
    owners = _owners(machine, {one.inode for one in sockets})
    rows = [_row(machine, one, owners) for one in sockets]
    ports = {(one.protocol[:3], one.port) for one in sockets}
    tcp = {port for protocol, port in ports if protocol == "tcp"}
    unknown = sum(one.inode not in owners for one in sockets)
    return Reading(
        {
            "count": len(ports),
            "tcp": len(tcp),
            "udp": len(ports) - len(tcp),
            "hidden": unknown or "",
            "ports": ", ".join(str(port) for port in sorted(tcp)),
        },
        rows=list(dict.fromkeys(rows)),
    )


def port(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which process listens on a port."""
    number = values["port"]
    sockets = [one for one in _list_listeners(machine) if str(one.port) == number]
    if not sockets:
        return Reading({"port": number}, case="none")
    owners = _owners(machine, {one.inode for one in sockets})
    rows = list(dict.fromkeys(_row(machine, one, owners) for one in sockets))
    known = [pid for one in sockets for pid in owners.get(one.inode, ())]
    values_ = {"port": number, "protocol": sockets[0].protocol[:3], "address": sockets[0].address}
    if not known:
        return Reading({**values_, "user": _user(machine, sockets[0].user)}, "hidden", rows)
    names = dict.fromkeys(machine.text(f"/proc/{pid}/comm") for pid in known)
    pids = ", ".join(dict.fromkeys(known))
    return Reading({**values_, "process": ", ".join(names), "pid": pids}, rows=rows)


def of_process(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """On which ports a program listens."""
    name = values["process"]
    sockets = _list_listeners(machine)
    owners = _owners(machine, {one.inode for one in sockets})
    own = [
        one
        for one in sockets
        if any(_has_name(machine, pid, name) for pid in owners.get(one.inode, ()))
    ]
    if not own and not packages.is_program(machine, name):
        return None
    if not own:
        hidden = any(one.inode not in owners for one in sockets)
        return Reading({"process": name}, case="hidden" if hidden else "none")
    rows = list(dict.fromkeys(_row(machine, one, owners) for one in own))
    ports = ", ".join(dict.fromkeys(str(one.port) for one in own))
    return Reading({"process": name, "ports": ports}, rows=rows)


def connections(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Established connections with their processes."""
    sockets = [one for one in _sockets(machine, ("tcp", "tcp6")) if one.state == ESTABLISHED]
    owners = _owners(machine, {one.inode for one in sockets})
    rows = []
    for one in sockets:
        process = _process(machine, owners.get(one.inode, ()))
        rows.append(f"{one.address}:{one.port}  {one.peer}:{one.peer_port}  {process}".rstrip())
    return Reading({"count": len(sockets)}, "found" if sockets else "none", rows)


def _list_listeners(machine: Machine) -> list[Socket]:
    tcp = [one for one in _sockets(machine, ("tcp", "tcp6")) if one.state == LISTEN]
    udp = _sockets(machine, ("udp", "udp6"))
    return tcp + [one for one in udp if one.state == UNCONNECTED and not one.peer_port]


def _sockets(machine: Machine, protocols: tuple[str, ...]) -> list[Socket]:
    sockets = []
    for protocol in protocols:
        for line in machine.lines(f"/proc/net/{protocol}")[1:]:
            words = line.split()
            if len(words) > 9:
                (address, own), (peer, other) = _end(words[1]), _end(words[2])
                sockets.append(
                    Socket(protocol, address, own, peer, other, words[3], words[9], words[7])
                )
    return sockets


def _end(text: str) -> tuple[str, int]:
    """Address and port; the address is in the byte order of a little-endian machine."""
    host, _, number = text.partition(":")
    packed = b"".join(
        bytes.fromhex(host[place : place + 8])[::-1] for place in range(0, len(host), 8)
    )
    address = ipaddress.ip_address(packed)
    shown = f"[{address}]" if address.version == 6 else str(address)
    return shown, int(number, 16)


def _owners(machine: Machine, inodes: set[str]) -> dict[str, list[str]]:
    """The processes that hold each of ``inodes``, as far as they may be seen."""
    owners: dict[str, list[str]] = {}
    for pid in machine.names("/proc"):
        if not pid.isdigit():
            continue
        for name in machine.names(f"/proc/{pid}/fd"):
            match = _INODE.match(machine.link(f"/proc/{pid}/fd/{name}"))
            if match and match[1] in inodes and pid not in owners.setdefault(match[1], []):
                owners[match[1]].append(pid)
    return owners


def _row(machine: Machine, one: Socket, owners: Mapping[str, list[str]]) -> str:
    process = _process(machine, owners.get(one.inode, ()))
    return f"{one.protocol[:3]}  {one.address}:{one.port}  {process}".rstrip()


def _process(machine: Machine, pids: list[str] | tuple[()]) -> str:
    return ", ".join(f"{machine.text(f'/proc/{pid}/comm')} (pid {pid})" for pid in pids[:3])


def _has_name(machine: Machine, pid: str, name: str) -> bool:
    comm = machine.text(f"/proc/{pid}/comm")
    return comm == name[:15] or comm == f"{name}d"


def _user(machine: Machine, uid: str) -> str:
    for line in machine.lines("/etc/passwd"):
        words = line.split(":")
        if len(words) > 2 and words[2] == uid:
            return words[0]
    return uid
