"""Links, routes and name servers, from the tables of a root folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortex_cli.trouble.network import find_causes

HEADER = "Iface\tDestination\tGateway\tFlags\n"
DEFAULT = "eth0\t00000000\t010200C0\t0003\n"
LOCAL = "eth0\t000200C0\t00000000\t0001\n"
ANY = "0" * 32
DEFAULT_6 = f"{ANY} 00 {ANY} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00450003     eth0\n"
REJECT_6 = f"{ANY} 00 {ANY} 00 {ANY} ffffffff 00000001 00000000 00200200       lo\n"
UDP = "  sl  local_address rem_address   st\n"
STUB = "  18: 3500007F:0035 00000000:0000 07\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine whose network is sound."""
    write(tmp_path, "proc/net/route", HEADER + DEFAULT + LOCAL)
    write(tmp_path, "etc/resolv.conf", "search example.net\nnameserver 192.0.2.1\n")
    card(tmp_path, "eth0", "1")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def card(root: Path, name: str, carrier: str) -> None:
    (root / f"sys/class/net/{name}/device").mkdir(parents=True, exist_ok=True)
    write(root, f"sys/class/net/{name}/carrier", f"{carrier}\n")


def texts(root: Path, language: str = "en") -> list[str]:
    return [cause.text for cause in find_causes(os.environ, language, root)]


def test_nothing_is_wrong_with_a_sound_one(root: Path) -> None:
    assert texts(root) == []


def test_a_cable_is_out_but_a_bridge_needs_none(root: Path) -> None:
    card(root, "eth1", "0")
    write(root, "sys/class/net/br0/carrier", "0\n")
    (cause,) = find_causes(os.environ, "en", root)
    assert cause.text == "The network interface eth1 has no link."
    assert cause.commands[0].pipeline == (("ip", "link", "show", "dev", "eth1"),)


def test_no_default_route(root: Path) -> None:
    write(root, "proc/net/route", HEADER + LOCAL)
    write(root, "proc/net/ipv6_route", REJECT_6)
    assert texts(root, "es") == [
        "No hay ruta por defecto: no se alcanza nada más allá de este enlace."
    ]


def test_ipv6_alone_is_enough(root: Path) -> None:
    write(root, "proc/net/route", HEADER)
    write(root, "proc/net/ipv6_route", REJECT_6 + DEFAULT_6)
    assert texts(root) == []


@pytest.mark.parametrize("resolv", ["", "# nameserver 192.0.2.1\n", "nameserver\n"])
def test_no_name_server(root: Path, resolv: str) -> None:
    write(root, "etc/resolv.conf", resolv)
    (text,) = texts(root, "fr")
    assert "ne désigne aucun serveur de noms" in text


def test_a_resolver_here_that_does_not_run(root: Path) -> None:
    write(root, "etc/resolv.conf", "nameserver 127.0.0.53\n")
    (text,) = texts(root)
    assert "127.0.0.53, and nothing answers there" in text
    write(root, "proc/net/udp", UDP + STUB)
    assert texts(root) == []


def test_a_second_server_elsewhere_is_enough(root: Path) -> None:
    write(root, "etc/resolv.conf", "nameserver ::1\nnameserver fe80::1%eth0\n")
    assert texts(root) == []
