"""Addresses, interfaces, routes and resolvers, from ``ip``, /sys/class/net and /proc/net."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cortex_cli.expressions import expression
from cortex_cli.probes.probe import Reading
from cortex_cli.probes.quantities import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_NET = "/sys/class/net"
_UP_FLAG = 0x2
# A word that is no interface here and not called like one is something else.
_LIKE = expression(
    r"(?:lo|(?:eth|en|wl|ww|br|tun|tap|wg|docker|veth|bond|virbr|ib|ppp)[\w-]*\d[\w-]*)\Z"
)


def addresses(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Addresses of the machine or of one interface, in the order of ``hostname -I``."""
    name = values.get("interface", "")
    if name and not _is_interface(machine, name):
        return None
    pairs = [
        (link["ifname"], one)
        for link in _links(machine)
        for one in link.get("addr_info", ())
        if (link["ifname"] == name if name else _is_global(one))
    ]
    if name and name not in machine.names(_NET):
        return Reading({"interface": name}, case="missing")
    if not pairs:
        return Reading({"interface": name or "lo"}, case="none")
    four = [one["local"] for _, one in pairs if one["family"] == "inet"]
    six = [one["local"] for _, one in pairs if one["family"] == "inet6"]
    first = (four or six)[0]
    rows = [f"{link}  {one['local']}/{one['prefixlen']}" for link, one in pairs]
    return Reading(
        {
            "first": first,
            "four": " ".join(four),
            "six": " ".join(six),
            "all": " ".join((*four, *six)),
            "interface": next(link for link, one in pairs if one["local"] == first),
            "prefix": next(
                f"{one['local']}/{one['prefixlen']}" for _, one in pairs if one["local"] == first
            ),
        },
        rows=rows if len(rows) > 1 else (),
    )


def six(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """IPv6 addresses."""
    reading = addresses(machine, values)
    if reading is None:
        return None
    has = reading.case == "found" and reading.values["six"]
    return reading if has or reading.case == "missing" else Reading(reading.values, case="none")


def mac(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The hardware address of an interface; of the default route's without a name."""
    name = values.get("interface") or _default_interface(machine)
    if name and not _is_interface(machine, name):
        return None
    address = machine.text(f"{_NET}/{name}/address")
    if not name or not address:
        return Reading({"interface": name or "-"}, case="none")
    rows = [
        f"{one}  {machine.text(f'{_NET}/{one}/address')}" for one in _cards(machine) if one != name
    ]
    return Reading({"interface": name, "mac": address}, rows=() if "interface" in values else rows)


def interfaces(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Every interface with its state and addresses."""
    known = {link["ifname"]: link for link in _links(machine)}
    rows = []
    for name in machine.names(_NET):
        if not machine.exists(f"{_NET}/{name}/address"):
            continue
        own = [one["local"] for one in known.get(name, {}).get("addr_info", ())]
        rows.append("  ".join((name, _state(machine, name), *own)))
    names = [row.split()[0] for row in rows]
    up = [name for name in names if _state(machine, name) != "DOWN" and name != "lo"]
    return Reading({"count": len(names), "names": ", ".join(names), "up": ", ".join(up)}, rows=rows)


def interface(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """State, speed, MTU and counters of one interface."""
    name = values.get("interface") or _default_interface(machine)
    if name not in machine.names(_NET):
        return Reading({"interface": name}, case="missing") if _LIKE.match(name) else None
    base = f"{_NET}/{name}"
    speed = machine.text(f"{base}/speed")
    return Reading(
        {
            "interface": name,
            "state": _state(machine, name),
            "speed": f"{speed} Mb/s" if speed.isdigit() else "",
            "mtu": machine.text(f"{base}/mtu"),
            "received": _counter(machine, f"{base}/statistics/rx_bytes"),
            "sent": _counter(machine, f"{base}/statistics/tx_bytes"),
            "errors": machine.text(f"{base}/statistics/rx_errors"),
        },
        case="down" if _state(machine, name) == "DOWN" else "found",
    )


def gateway(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The default gateway and its interface."""
    for line in machine.lines("/proc/net/route")[1:]:
        words = line.split()
        if len(words) > 7 and words[1] == "00000000" and words[7] == "00000000":
            return Reading({"gateway": _decode_address(words[2]), "interface": words[0]})
    for line in machine.table("ip", "-6", "route", "show", "default"):
        words = line.split()
        if "via" in words:
            place = words.index("via") + 1
            return Reading({"gateway": words[place], "interface": words[words.index("dev") + 1]})
    return Reading(case="none")


def routes(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The routing table."""
    rows = [row.strip() for row in machine.table("ip", "route", "show")]
    return Reading({"count": len(rows)}, "found" if rows else "none", rows)


def resolvers(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The name servers; those behind systemd-resolved's stub too."""
    path = "/etc/resolv.conf"
    servers, search = _resolv(machine, path)
    if servers == ["127.0.0.53"]:
        behind, more = _resolv(machine, "/run/systemd/resolve/resolv.conf")
        return Reading(
            {"servers": ", ".join(behind or servers), "stub": servers[0], "search": more or search}
        )
    if not servers:
        return Reading({"search": search}, case="none")
    return Reading({"servers": ", ".join(servers), "search": search})


def host_name(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Host name, full name and domain."""
    name = machine.text("/proc/sys/kernel/hostname") or machine.text("/etc/hostname")
    full = (machine.output("hostname", "-f") or "").split("\n")[0] or name
    domain = full.partition(".")[2]
    return Reading({"name": name, "full": full if "." in full else "", "domain": domain})


def domain(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The domain of this machine."""
    reading = host_name(machine, values)
    return reading if reading.values["domain"] else Reading(reading.values, case="none")


def wireless(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The wireless network that this machine is in."""
    cards = [name for name in machine.names(_NET) if machine.exists(f"{_NET}/{name}/wireless")]
    if not cards:
        return Reading(case="none")
    lines = machine.table("iw", "dev", cards[0], "link")
    names = [line.split(":", 1)[1].strip() for line in lines if line.strip().startswith("SSID:")]
    signal = [line.split(":", 1)[1].strip() for line in lines if line.strip().startswith("signal:")]
    if not names:
        return Reading({"interface": cards[0]}, case="apart")
    facts = {"interface": cards[0], "name": names[0], "signal": signal[0] if signal else ""}
    return Reading(facts)


def hosts(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The entries of /etc/hosts."""
    lines = (line.split("#")[0].split() for line in machine.lines("/etc/hosts"))
    rows = ["  ".join(words) for words in lines if words]
    return Reading({"count": len(rows)}, rows=rows)


def host_entry(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The address that /etc/hosts gives a name; the first as the resolver takes it."""
    name = values["host"]
    for line in machine.lines("/etc/hosts"):
        words = line.split("#")[0].split()
        if name in words[1:]:
            return Reading({"host": name, "address": words[0]})
    return Reading({"host": name}, case="none")


def _is_interface(machine: Machine, name: str) -> bool:
    return name in machine.names(_NET) or bool(_LIKE.match(name))


def _links(machine: Machine) -> list[dict[str, Any]]:
    try:
        links = json.loads(machine.output("ip", "-j", "address") or "[]")
    except ValueError:
        return []
    return [link for link in links if "ifname" in link]


def _is_global(address: Mapping[str, Any]) -> bool:
    return address.get("scope") not in ("host", "link")


def _cards(machine: Machine) -> list[str]:
    names = machine.names(_NET)
    return [name for name in names if name != "lo" and machine.exists(f"{_NET}/{name}/address")]


def _default_interface(machine: Machine) -> str:
    reading = gateway(machine, {})
    if reading.case == "found":
        return str(reading.values["interface"])
    return next(iter(_cards(machine)), "")


def _state(machine: Machine, name: str) -> str:
    """As ``ip link`` says it: UP, DOWN or UNKNOWN."""
    state = machine.text(f"{_NET}/{name}/operstate").upper()
    flags = machine.text(f"{_NET}/{name}/flags")
    if state == "UNKNOWN" and flags and int(flags, 16) & _UP_FLAG:
        return "UNKNOWN" if name != "lo" else "UP"
    return state or "UNKNOWN"


def _counter(machine: Machine, name: str) -> str:
    count = machine.text(name)
    return size(int(count)) if count.isdigit() else "?"


def _decode_address(digits: str) -> str:
    """An address of /proc/net/route, which is little-endian hexadecimal."""
    return ".".join(str(int(digits[place : place + 2], 16)) for place in (6, 4, 2, 0))


def _resolv(machine: Machine, path: str) -> tuple[list[str], str]:
    servers, search = [], ""
    for line in machine.lines(path):
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            servers.append(words[1])
        elif len(words) > 1 and words[0] in ("search", "domain"):
            search = " ".join(words[1:])
    return servers, search
