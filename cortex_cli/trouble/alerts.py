"""The causes that the daemon has open alerts about, with the remedies written for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortex_cli.trouble.cause import SEVERITIES, WARNING, Cause
from cortex_cli.trouble.command_lines import parse
from cortex_cli.trouble.lexicon import DISK, HEAT, LOAD, MEMORY, NETWORK, UPDATES
from cortex_cli.trouble.units import UNIT
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

TIMEOUT_S = 2.0
OPEN = ("active", "acknowledged")
MAX_EVIDENCE = 3
# By the beginning of an alert's kind.
TOPICS = (
    ("unit", UNIT),
    ("disk", DISK),
    ("database", DISK),
    ("cpu", LOAD),
    ("load", LOAD),
    ("pressure_memory", MEMORY),
    ("pressure", LOAD),
    ("memory", MEMORY),
    ("swap", MEMORY),
    ("oom", MEMORY),
    ("temperature", HEAT),
    ("network", NETWORK),
    ("security", UPDATES),
    ("updates", UPDATES),
    ("vulnerab", UPDATES),
    ("reboot", UPDATES),
)


def find_causes(settings: Settings) -> list[Cause] | None:
    """One cause an open alert; None where no daemon answers."""
    try:
        with Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
            listed = [
                alert for status in OPEN for alert in client.call("alerts", status=status)["alerts"]
            ]
    except (CortexError, KeyError, TypeError):
        return None
    return [_build_cause(alert) for alert in listed]


def _build_cause(alert: dict[str, Any]) -> Cause:
    kind = str(alert.get("kind", ""))
    topic = next((topic for start, topic in TOPICS if kind.startswith(start)), kind)
    evidence = [
        f"{item.get('title', '')}: {line}"
        for item in alert.get("evidence", ())
        for line in item.get("lines", ())[:1]
    ]
    remedy = str(alert.get("remedy", ""))
    lines = [line for line in remedy.splitlines() if line.startswith("    ")]
    commands = [shown for line in lines for shown in parse(line)]
    return Cause(
        topic=topic,
        severity=SEVERITIES.get(str(alert.get("severity")), WARNING),
        text=_join_sentences(str(alert.get("title", kind)), str(alert.get("message", ""))),
        evidence=tuple(evidence[:MAX_EVIDENCE]),
        commands=tuple(commands),
        source=f"alert {alert.get('id', '')}",
    )


def _join_sentences(title: str, message: str) -> str:
    """The title and the message; a message that begins with the title says it all."""
    title, message = " ".join(title.split()), " ".join(message.split())
    if message.startswith(title) or not message:
        return message or title
    return f"{title}. {message}"
