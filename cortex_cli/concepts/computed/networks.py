"""What an address or a network in CIDR notation holds: range, mask, number, kind."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import COLON, blocks, capital, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SOURCE = "RFC 4632"
_LITERAL = expression(
    r"(?<![\w.:/])(\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,3}(?:(?:\.\d{1,3}){3})?)?"
    r"|(?=[0-9a-fA-F]*:)[0-9a-fA-F:]{2,39}(?:/\d{1,3})?)(?![\w:/]|\.\d)"
)
_LENGTH = expression(r"(?<![\w./:])/(\d{1,2})(?![\w./])")
CUES = blocks(
    """
    network networks subnet subnets subnetwork mask netmask prefix cidr range address addresses
    ip ips ipv4 ipv6 host hosts usable broadcast first last many how number count contain
    contains fit fits block private public kind type size large big available there belong
    belongs within inside slash special used corresponding correspond calculate compute start
    end where span spans cover covers reseau reseaux sous masque prefixe plage adresse adresses
    hote hotes combien premiere derniere diffusion contient prive privee publique taille va ou
    correspondant correspondante associe calcule calculer disponibles sorte y a t il red redes
    subred mascara prefijo rango direccion direcciones cuantos cuantas primera ultima difusion
    contiene privada publica tamano correspondiente donde adonde equipos calcula calcular tipo
    hay caben
    """
)
ASKS_HERE = blocks("listening listen ping connect route reach can't cannot")
HOSTS = {
    "en": "{net}: {count} addresses, {first} to {last}; network {network}, mask {mask}{cast}.",
    "fr": "{net} : {count} adresses, de {first} à {last} ; réseau {network}, masque {mask}{cast}.",
    "es": "{net}: {count} direcciones, de {first} a {last}; red {network}, máscara {mask}{cast}.",
}
USABLE = {
    "en": "Usable for hosts: {first} to {last}, {count} in all.",
    "fr": "Utilisables pour des hôtes : {first} à {last}, soit {count}.",
    "es": "Utilizables para equipos: de {first} a {last}, {count} en total.",
}
CAST = {"en": ", broadcast {}", "fr": ", diffusion {}", "es": ", difusión {}"}
WIDE = {
    "en": "{net}: 2^{bits} addresses, {first} to {last}.",
    "fr": "{net} : 2^{bits} adresses, de {first} à {last}.",
    "es": "{net}: 2^{bits} direcciones, de {first} a {last}.",
}
INSIDE = {
    "en": "{address} is an address in this network.",
    "fr": "{address} est une adresse de ce réseau.",
    "es": "{address} es una dirección de esta red.",
}
PREFIX = {
    "en": "/{length} fixes the first {length} of 32 bits: mask {mask}, {count} addresses, "
    "{usable} of them usable for hosts.",
    "fr": "/{length} fixe les {length} premiers bits sur 32 : masque {mask}, {count} adresses, "
    "dont {usable} utilisables pour des hôtes.",
    "es": "/{length} fija los primeros {length} de 32 bits: máscara {mask}, {count} direcciones, "
    "{usable} de ellas utilizables para equipos.",
}
MASK = {
    "en": "{mask} is a netmask: it fixes the first {length} bits, written /{length}.",
    "fr": "{mask} est un masque de réseau : il fixe les {length} premiers bits, ce qui s'écrit "
    "/{length}.",
    "es": "{mask} es una máscara de red: fija los primeros {length} bits y se escribe /{length}.",
}
KINDS = {
    "everything": {
        "en": "every address: on a listener, all interfaces; as a route, the default",
        "fr": "toutes les adresses : pour un service, toutes les interfaces ; pour une route, la "
        "route par défaut",
        "es": "todas las direcciones: en un servicio, todas las interfaces; como ruta, la ruta "
        "predeterminada",
    },
    "loopback": {
        "en": "loopback: this machine itself, never sent over a network",
        "fr": "boucle locale : cette machine elle-même, jamais envoyée sur un réseau",
        "es": "bucle local: esta misma máquina, nunca sale a una red",
    },
    "link": {
        "en": "link-local: valid only on one link; in IPv4 a sign that DHCP gave no address",
        "fr": "lien local : valable sur un seul lien ; en IPv4, signe que DHCP n'a pas répondu",
        "es": "enlace local: válida solo en un enlace; en IPv4, señal de que DHCP no respondió",
    },
    "multicast": {
        "en": "multicast: reaches every host that joined the group",
        "fr": "multicast : atteint tous les hôtes abonnés au groupe",
        "es": "multidifusión: llega a todos los equipos unidos al grupo",
    },
    "documentation": {
        "en": "reserved for documentation, used by nobody",
        "fr": "réservée à la documentation, utilisée par personne",
        "es": "reservada para documentación, nadie la usa",
    },
    "shared": {
        "en": "shared by carriers behind their NAT (100.64.0.0/10)",
        "fr": "partagée par les opérateurs derrière leur NAT (100.64.0.0/10)",
        "es": "compartida por operadores tras su NAT (100.64.0.0/10)",
    },
    "private": {
        "en": "private: free to use inside, not routed on the Internet",
        "fr": "privée : libre d'usage en interne, non routée sur Internet",
        "es": "privada: de uso libre interno, no se encamina en Internet",
    },
    "reserved": {
        "en": "reserved: not used on the Internet",
        "fr": "réservée : pas utilisée sur Internet",
        "es": "reservada: no se usa en Internet",
    },
    "public": {
        "en": "public: routed on the Internet",
        "fr": "publique : routée sur Internet",
        "es": "pública: se encamina en Internet",
    },
}
_DOCUMENTATION = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"),
    )
)
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_ZERO = (ipaddress.ip_address("0.0.0.0"), ipaddress.ip_address("::"))  # noqa: S104 - text


def explain(question: str, language: str) -> Finding | None:
    """The range, the mask and the kind of the address or network in ``question``."""
    match = _LITERAL.search(question) or _LENGTH.search(question)
    if match is None:
        return None
    rest = question[: match.start()] + " " + question[match.end() :]
    if find_leftovers(rest, CUES):
        return None
    text = _of_length(match[1], language) if match.re == _LENGTH else _text(match[1], language)
    return None if text is None else explanation(text, SOURCE, match[0].strip())


def _text(literal: str, language: str) -> str | None:
    try:
        if "/" in literal:
            network = ipaddress.ip_network(literal, strict=False)
            return _of_network(
                network, ipaddress.ip_address(literal.split("/", maxsplit=1)[0]), language
            )
        address = ipaddress.ip_address(literal)
    except ValueError:
        return None
    if (length := _mask_length(address)) is not None:
        return MASK[language].format(mask=address, length=length)
    return f"{address}{COLON[language]}{KINDS[_kind(address)][language]}."


def _mask_length(address: Address) -> int | None:
    """How many leading ones ``address`` has, if it is ones and then zeros, at least eight."""
    if address.version != 4:
        return None
    zeros = int(address) ^ 0xFFFFFFFF
    length = 32 - zeros.bit_length()
    return length if zeros & (zeros + 1) == 0 and 8 <= length < 32 else None


def _of_network(network: Network, address: Address, language: str) -> str:
    first, last = network[0], network[-1]
    bits = network.max_prefixlen - network.prefixlen
    lines = []
    if network.version == 4:
        cast = CAST[language].format(last) if bits > 1 else ""
        lines.append(
            HOSTS[language].format(
                net=network, count=network.num_addresses, first=first, last=last,
                network=first, mask=network.netmask, cast=cast,
            )
        )  # fmt: skip
        if bits > 1:
            count = network.num_addresses - 2
            lines.append(USABLE[language].format(first=first + 1, last=last - 1, count=count))
    else:
        lines.append(WIDE[language].format(net=network, bits=bits, first=first, last=last))
    if address != first:
        lines.append(INSIDE[language].format(address=address))
    kind = "everything" if network.prefixlen == 0 else _kind(address)
    lines.append(f"{capital(KINDS[kind][language])}.")
    return "\n".join(lines)


def _of_length(length: str, language: str) -> str | None:
    bits = int(length)
    if bits > 32:
        return None
    network = ipaddress.ip_network(f"0.0.0.0/{bits}")
    count = network.num_addresses
    usable = count if bits > 30 else count - 2
    return PREFIX[language].format(length=bits, mask=network.netmask, count=count, usable=usable)


def _kind(address: Address) -> str:
    if address in _ZERO:
        return "everything"
    if any(address in known for known in _DOCUMENTATION if known.version == address.version):
        return "documentation"
    if address.version == 4 and address in _SHARED:
        return "shared"
    for kind in ("loopback", "link_local", "multicast", "private", "reserved"):
        if getattr(address, f"is_{kind}"):
            return "link" if kind == "link_local" else kind
    return "public"
