"""A direct look at the network: links, the default route, who resolves names.

Sends nothing: whether a name server would be reached is a question for the kernel's own tables.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from cortex_cli.finding import CHANGES
from cortex_cli.trouble.cause import ERROR, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.files import text_of
from cortex_cli.trouble.lexicon import NETWORK
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DNS_PORT = 53
NOBODY = "00000000"
# RTF_REJECT: the kernel's own entry for "no route".
REJECTS = 0x0200
LISTENERS = ("proc/net/udp", "proc/net/udp6")


def find_causes(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    """What is wrong with the network, from the cable upwards."""
    yield from _check_links(language, root)
    if not _has_default_route(root):
        commands = (command(("ip", "route")), command(("ip", "-br", "address")))
        yield Cause(NETWORK, ERROR, say(language, "route-none"), (), commands, "/proc/net/route")
    yield from _check_name_servers(language, root)


def _check_links(language: str, root: Path) -> Iterator[Cause]:
    for folder in sorted((root / "sys/class/net").glob("*")):
        name = folder.name
        if (folder / "device").exists() and text_of(folder / "carrier").strip() == "0":
            text = say(language, "link-down", interface=name)
            commands = (
                command(("ip", "link", "show", "dev", name)),
                command(("ethtool", name), root=True, package="ethtool"),
            )
            yield Cause(NETWORK, ERROR, text, (), commands, f"/sys/class/net/{name}")


def _has_default_route(root: Path) -> bool:
    for line in text_of(root / "proc/net/route").splitlines()[1:]:
        if line.split()[1:2] == [NOBODY]:
            return True
    for line in text_of(root / "proc/net/ipv6_route").splitlines():
        fields = line.split()
        everywhere = len(fields) > 9 and fields[1] == "00" and set(fields[0]) == {"0"}
        if everywhere and fields[9] != "lo" and not int(fields[8], 16) & REJECTS:
            return True
    return False


def _check_name_servers(language: str, root: Path) -> Iterator[Cause]:
    path = "/etc/resolv.conf"
    lines = [line.split() for line in text_of(root / path[1:]).splitlines()]
    servers = [words[1] for words in lines if words[:1] == ["nameserver"] and len(words) > 1]
    look = (
        command(("cat", path)),
        command(("getent", "hosts", "deb.debian.org")),
    )
    if not servers:
        yield Cause(NETWORK, ERROR, say(language, "dns-none"), (), look, path)
    elif all(_is_here(server) for server in servers) and not _resolves_here(root):
        text = say(language, "dns-dead", server=servers[0])
        start = ("systemctl", "restart", "systemd-resolved")
        remedy = command(start, effect=CHANGES, root=True, package="systemd-resolved")
        yield Cause(NETWORK, ERROR, text, (), (look[0], remedy), path)


def _is_here(server: str) -> bool:
    try:
        return ipaddress.ip_address(server.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolves_here(root: Path) -> bool:
    """True where something listens on the port of DNS."""
    for table in LISTENERS:
        for line in text_of(root / table).splitlines()[1:]:
            local = line.split()[1:2]
            if local and int(local[0].rpartition(":")[2], 16) == DNS_PORT:
                return True
    return False
