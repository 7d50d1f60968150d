"""ss: listening or connected, TCP or UDP, on which port, with the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions import values
from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize
from cortex_cli.finding import READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

_DOES = languages(
    "Shows the sockets that were asked for, with their processes.",
    "Montre les sockets demandés, avec leurs processus.",
    "Muestra los sockets pedidos, con sus procesos.",
)
_NOISE = tuple(
    """
    process service use have in open listen port socket connect network current by on available
    now find name running with behind host address pid number status something lock log_in
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    [
        "ssh",
        "allow",
        "deny",
        "firewall",
        "ping",
        "host",
        "kill",
        "forward",
        "tunnel",
        "container",
        "scan",
        "change",
        "close",
        "speed",
        "traffic",
        "limit",
        "file",
        "install",
        "public",
        "mac",
        "gateway",
        "dns",
        "route",
        "wifi",
        "restart",
        "start",
        "stop",
        "user",
        "log_out",
        "configure",
        "journal",
        "git",
        "rule",
        "test",
        "count",
    ]
)


def compose(asked: Sentence) -> Draft | None:
    """ss for ``asked``; None when it is not about this machine's sockets."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    about = concepts & {"port", "listen", "socket"} or (
        "connect" in concepts and "network" in concepts
    )
    about = about or (
        "connect" in concepts and concepts & {"open", "current", "show"} and not concepts & {"user"}
    )
    if not about or concepts & _ELSEWHERE - ({"count"} if "many" in concepts else set()):
        return None
    if any(token.kind in ("host", "url", "path", "file", "address", "unit") for token in r.tokens):
        return None
    words = {token.text.lower() for token in r.tokens}
    port = _port(r)
    udp, tcp = "udp" in words, "tcp" in words
    r.used.update(
        n
        for n, token in r.free()
        if token.text.lower() in ("udp", "tcp", "established", "établies", "establecidas")
    )
    established = r.has("connect") and not r.has("listen", "port")
    kinds = ("u" if udp or (not tcp and not port and not established) else "") + (
        "t" if tcp or not udp else ""
    )
    state = "" if established else "l"
    argv = ["ss", f"-{state}{kinds}np" if not established else f"-{kinds}np"]
    if established:
        argv += ["state", "established"]
    elif port:
        argv += ["sport", "=", f":{port}"]
    r.noise(*_NOISE)
    filled = Filled(
        "sockets-show",
        (Step((tuple(argv),)),),
        localize(_DOES),
        READS,
        needs_root=True,
        manual=("ss(8)",),
    )
    return r.draft(filled)


def _port(r: Reader) -> str:
    for n, token in r.free():
        if token.kind in ("port", "number", "hostport") and token.literal is not None:
            value = (
                values.value_of("port", token)
                if token.kind != "hostport"
                else token.text.rsplit(":", 1)[1]
            )
            if value.isdigit() and int(value) < 65536:
                r.used.add(n)
                return value
    return ""
