"""Time, zone, synchronisation, uptime and boots."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading, Span, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

BOOTS = 8
_ZONES = "/zoneinfo/"


def now(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Date, time, weekday, week and zone, as ``date`` prints them."""
    here = datetime.now().astimezone()
    facts: dict[str, Value] = {
        "date": here.strftime("%Y-%m-%d"), "clock": here.strftime("%H:%M:%S"),
        "minute": here.strftime("%H:%M"), "offset": here.strftime("%z"),
        "short": here.strftime("%Z"), "week": here.strftime("%V"),
        "day": here.strftime("%j").lstrip("0"),
        "zone": _zone(machine), "epoch": int(here.timestamp()),
        "utc": here.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "as_date": here.strftime("%a %b %e %H:%M:%S %Z %Y"), "weekday": here.strftime("%A"),
        "year": here.strftime("%Y"), "month": here.strftime("%B"), "iso": here.strftime("%d/%m/%Y"),
    }  # fmt: skip
    names = {
        "weekday_fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        "weekday_es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    }
    return Reading({**facts, **{key: days[here.weekday()] for key, days in names.items()}})


def synchronisation(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether the clock is synchronised, and by which service."""
    lines = machine.table("timedatectl", "show")
    shown = dict(line.split("=", 1) for line in lines if "=" in line)
    services = ("systemd-timesyncd", "chronyd", "ntpd", "ntpsec")
    running = [name for name in services if _is_running(machine, name)]
    state = shown.get("NTPSynchronized", "")
    if not state and machine.exists("/run/systemd/timesync/synchronized"):
        state = "yes"
    facts = {"state": state or "?", "service": ", ".join(running), "ntp": shown.get("NTP", "?")}
    return Reading(facts, {"yes": "found", "no": "none"}.get(state, "unknown"))


def uptime(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How long the machine has been up, as ``uptime -p`` words it, and since when."""
    words = machine.text("/proc/uptime").split()
    if not words:
        return Reading(case="unreadable")
    seconds = float(words[0])
    from cortex_cli.probes.sayings import span

    return Reading(
        {
            "span": Span(seconds),
            "seconds": int(seconds),
            "pretty": f"up {span(seconds, 'en')}",
            "since": _find_boot_time(machine, seconds),
        }
    )


def boots(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The last boots, from the journal or ``last``; this one in any case."""
    words = machine.text("/proc/uptime").split()
    since = _find_boot_time(machine, float(words[0])) if words else "?"
    rows = [" ".join(row.split()) for row in machine.table("journalctl", "--list-boots", "-q")]
    rows = [row for row in rows if row[:1] in "-0123456789"][-BOOTS:]
    if not rows:
        rows = [
            row
            for row in machine.table("last", "-x", "-n", str(BOOTS), "reboot")
            if row.startswith("reboot")
        ]
    return Reading({"since": since, "count": len(rows)}, "found" if rows else "none", rows)


def _zone(machine: Machine) -> str:
    target = machine.link("/etc/localtime")
    named = machine.text("/etc/timezone")
    return target.split(_ZONES, 1)[1] if _ZONES in target else named or "UTC"


def _find_boot_time(machine: Machine, seconds: float) -> str:
    stat = machine.pairs("/proc/stat", " ")
    at = int(stat["btime"]) if stat.get("btime", "").isdigit() else time.time() - seconds
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _is_running(machine: Machine, name: str) -> bool:
    return any(
        pid.isdigit() and machine.text(f"/proc/{pid}/comm") == name[:15]
        for pid in machine.names("/proc")
    )
