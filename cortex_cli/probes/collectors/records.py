"""The journal, log files, cron jobs and containers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import accounts
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_JOURNALS = ("/var/log/journal", "/run/log/journal")
_ERRORS = ("journalctl", "-q", "--no-pager", "-p", "err", "-b")
SHOWN = 5
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")


def journal_size(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How much the journal takes on disk."""
    output = machine.output("journalctl", "--disk-usage") or ""
    shown = next((word for word in output.split() if word[:1].isdigit()), "")
    places = [path for path in _JOURNALS if machine.names(path)]
    if not places and not shown:
        return Reading(case="none")
    return Reading(
        {"size": shown or "0B", "places": ", ".join(places), "said": output.split("\n")[0]}
    )


def last_error(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The last errors since the boot."""
    output = machine.output(*_ERRORS, "-n", str(SHOWN))
    if output is None:
        return Reading(case="unreadable")
    rows = [row for row in output.splitlines() if row.strip() and not row.startswith("-- ")]
    return Reading(
        {"last": rows[-1] if rows else "", "count": len(rows)},
        "found" if rows else "none",
        rows[::-1],
    )


def errors(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many errors the journal has since the boot."""
    output = machine.output(*_ERRORS)
    if output is None:
        return Reading(case="unreadable")
    rows = [row for row in output.splitlines() if row.strip() and not row.startswith("-- ")]
    return Reading(
        {"count": len(rows), "last": rows[-1] if rows else ""},
        "found" if rows else "none",
        rows[-SHOWN:],
    )


def logs(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The biggest log files."""
    sizes = []
    top = machine.path("/var/log")
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118
            try:
                sizes.append((os.lstat(path).st_size, path[len(str(machine.root).rstrip("/")) :]))
            except OSError:
                continue
    sizes.sort(reverse=True)
    rows = [f"{size(amount):>10}  {path}" for amount, path in sizes[:SHOWN]]
    total = sum(amount for amount, _ in sizes)
    shown: dict[str, Value] = {"first": sizes[0][1] if sizes else "", "total": size(total)}
    return Reading(shown, "found" if rows else "none", rows)


def cron(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The cron jobs of a user, or of the one who asks and the system's."""
    user_name = values.get("user")
    one = accounts.user(machine, user_name) if user_name else accounts.current(machine)
    if one is None:
        return Reading({"user": user_name or "?"}, case="unknown")
    path = f"/var/spool/cron/crontabs/{one.name}"
    lines = machine.lines(path)
    if not lines and str(os.getuid()) == one.uid:
        lines = machine.table("crontab", "-l")
    if not lines and machine.exists(path):
        return Reading({"user": one.name}, case="closed")
    rows = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    system = [name for name in machine.names("/etc/cron.d") if not name.startswith(".")]
    facts: dict[str, Value] = {"user": one.name, "count": len(rows), "system": ", ".join(system)}
    return Reading(facts, "found" if rows else "none", rows)


def containers(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The containers that run, of docker or podman."""
    for engine in ("docker", "podman"):
        if engine == "docker" and not any(machine.exists(path) for path in _SOCKETS):
            continue
        output = machine.output(engine, "ps", "--format", "{{.Names}}  {{.Image}}  {{.Status}}")
        if output is not None:
            rows = [row for row in output.splitlines() if row.strip()]
            facts: dict[str, Value] = {
                "engine": engine,
                "count": len(rows),
                "names": ", ".join(row.split()[0] for row in rows),
            }
            return Reading(facts, "found" if rows else "none", rows)
    return Reading({"count": 0}, case="absent")


def images(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The container images that are here."""
    for engine in ("docker", "podman"):
        if engine == "docker" and not any(machine.exists(path) for path in _SOCKETS):
            continue
        output = machine.output(engine, "images", "--format", "{{.Repository}}:{{.Tag}}  {{.Size}}")
        if output is not None:
            rows = [row for row in output.splitlines() if row.strip()]
            return Reading(
                {"engine": engine, "count": len(rows)}, "found" if rows else "none", rows
            )
    return Reading({"count": 0}, case="absent")
