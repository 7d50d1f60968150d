"""Packages: installed, their versions, files and origins, and what could be upgraded."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.actions.parameters import SOFTWARE
from cortex_cli.debian import updates
from cortex_cli.debian.deb822 import Reader, drop_comments, split_stanzas
from cortex_cli.expressions import expression
from cortex_cli.probes.collectors import dpkg
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import KIB, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_NAME = expression(r"[a-z0-9][a-z0-9+.-]{0,80}\Z")
# What people say and what the package is called.
NAMES = {
    "python": "python3", "apache": "apache2", "postgres": "postgresql", "ssh": "openssh-server",
    "sshd": "openssh-server", "docker": "docker.io", "node": "nodejs", "java": "default-jre",
    "libc": "libc6", "glibc": "libc6", "kernel": "linux-image-amd64", "gpg": "gnupg",
}  # fmt: skip
# A source of binary packages in the one-line format, and apt's words for "no".
_ONE_LINE = expression(r"\s*deb\s")
_NO = frozenset({"no", "false", "without", "off", "disable", "0"})
UPGRADE_TIMEOUT_S = 12.0
LATEST = 8


def is_program(machine: Machine, name: str) -> bool:
    """Whether a word names a program: a common one, a command here, or a package of dpkg's."""
    path = machine.environ.get("PATH") or None
    return (
        name in SOFTWARE or bool(shutil.which(name, path=path)) or bool(dpkg.stanza(machine, name))
    )


def installation(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Whether a package is installed, and in which version."""
    name = values["package"].lower()
    if not _NAME.match(name):
        return None
    text = machine.text(dpkg.STATUS)
    for one in dict.fromkeys((name, NAMES.get(name, name))):
        known = dpkg.stanza(machine, one, text)
        if dpkg.is_installed(known):
            return Reading(_describe(one, known))
    path = shutil.which(name, path=machine.environ.get("PATH") or None)
    if path is not None:
        return _of_program(machine, name, path, text)
    known = dpkg.stanza(machine, name, text)
    left = known.get("Status", "").endswith("config-files")
    candidate = _policy(machine, name).get("Candidate", "")
    facts = {"package": name, "candidate": "" if candidate == "(none)" else candidate}
    if left:
        return Reading(facts, case="removed")
    return Reading(facts, case="available" if facts["candidate"] else "none")


def candidate(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The version that apt would install."""
    name = values["package"].lower()
    if not _NAME.match(name):
        return None
    known = _policy(machine, name)
    if not known or known.get("Candidate") in (None, "(none)"):
        return Reading({"package": name}, case="none")
    current = known.get("Installed", "(none)")
    shown = {"package": name, "candidate": known["Candidate"], "version": current}
    if current == "(none)":
        return Reading(shown, case="absent")
    return Reading(shown, case="current" if current == known["Candidate"] else "found")


def owner(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which package brought a file."""
    path = values["path"]
    if not path.startswith("/"):
        path = shutil.which(path, path=machine.environ.get("PATH") or None) or path
    for one in dict.fromkeys((path, str(Path(path).resolve()))):
        names = dpkg.owners(machine, one)
        if names:
            return Reading({"path": path, "package": ", ".join(names)})
    exists = machine.exists(path)
    return Reading({"path": path}, case="none" if exists else "missing")


def command(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Which package brings a command that is here."""
    name = values["program"]
    path = shutil.which(name, path=machine.environ.get("PATH") or None)
    if path is None:
        return Reading({"program": name}, case="missing") if "/" not in name else None
    reading = owner(machine, {"path": path})
    return Reading({**reading.values, "program": name, "path": path}, reading.case)


def count(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many packages are installed, and their size."""
    known = list(dpkg.stanzas(machine))
    total = sum(int(one.get("Installed-Size", "0") or 0) for one in known) * KIB
    return Reading({"count": len(known), "size": size(total)}, "found" if known else "unreadable")


def biggest(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The packages that take the most space."""
    known = sorted(dpkg.stanzas(machine), key=lambda one: -int(one.get("Installed-Size", "0") or 0))
    rows = [
        f"{size(int(one.get('Installed-Size', '0')) * KIB):>10}  {one['Package']}"
        for one in known[:LATEST]
    ]
    first = known[0]["Package"] if known else ""
    return Reading({"package": first}, "found" if known else "unreadable", rows)


def holds(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The packages that are held back."""
    names = [
        one["Package"] for one in dpkg.stanzas(machine) if one.get("Status", "").startswith("hold ")
    ]
    facts: dict[str, Value] = {"count": len(names), "names": ", ".join(names)}
    return Reading(facts, "found" if names else "none")


def upgrades(machine: Machine, values: Mapping[str, str]) -> Reading:
    """What an upgrade would install, by a simulation, which needs no root."""
    output = machine.output(
        "apt-get", "-s", "-o", "Debug::NoLocking=1", "dist-upgrade", timeout_s=UPGRADE_TIMEOUT_S
    )
    if output is None:
        return Reading(case="unreadable")
    names = [line.split()[1] for line in output.splitlines() if line.startswith("Inst ")]
    security = _count_security(machine, output)
    shown = [", ".join(names[place : place + 5]) for place in range(0, len(names), 5)]
    facts: dict[str, Value] = {
        "count": len(names),
        "security": security,
        "age": _find_refresh_time(machine),
    }
    return Reading(facts, "found" if names else "none", shown)


def _count_security(machine: Machine, simulated: str) -> int:
    """How many upgrades fix security, or skip a version that does."""
    upgraded = updates.parse_updates(simulated)
    if not upgraded:
        return 0
    names = [update.name for update in upgraded]
    indexes = updates.find_security_indexes(machine.output("apt-get", "indextargets") or "")
    masked = updates.find_masked(machine.output("apt-cache", "policy", "--", *names) or "", indexes)
    return sum(update.security or update.name in masked for update in upgraded)


def latest(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The last installations of dpkg's log."""
    lines = machine.lines("/var/log/dpkg.log") or machine.lines("/var/log/dpkg.log.1")
    rows = [
        f"{words[0]} {words[1]}  {words[3]}  {words[-1]}"
        for line in lines
        if len(words := line.split()) > 5 and words[2] == "install"
    ]
    last = rows[-LATEST:][::-1]
    facts = {
        "package": last[0].split()[2].split(":")[0] if last else "",
        "when": last[0][:19] if last else "",
    }
    return Reading(facts, "found" if last else "none", last)


def refresh_time(machine: Machine, values: Mapping[str, str]) -> Reading:
    """When the package lists were last downloaded."""
    when = _find_refresh_time(machine)
    return Reading({"when": when}, "found" if when else "none")


def sources(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The package sources that are configured."""
    rows = []
    folder = "/etc/apt/sources.list.d"
    for path in ("/etc/apt/sources.list", *(f"{folder}/{name}" for name in machine.names(folder))):
        if path.endswith(".sources"):
            rows += _deb822(machine.text(path))
        elif path.endswith(".list"):
            rows += [line.strip() for line in machine.lines(path) if _ONE_LINE.match(line)]
    return Reading({"count": len(rows)}, "found" if rows else "none", rows)


def reboot(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether an upgrade asks for a reboot."""
    needed = machine.exists("/run/reboot-required") or machine.exists("/var/run/reboot-required")
    names = ", ".join(dict.fromkeys(machine.lines("/run/reboot-required.pkgs")))
    return Reading({"names": names}, "found" if needed else "none")


def automatic(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether upgrades are installed by themselves."""
    text = "\n".join(
        machine.text(f"/etc/apt/apt.conf.d/{name}") for name in machine.names("/etc/apt/apt.conf.d")
    )
    set_ = re.findall(r'^\s*APT::Periodic::Unattended-Upgrade\s+"(\d+)"', text, re.MULTILINE)
    here = dpkg.is_installed(dpkg.stanza(machine, "unattended-upgrades"))
    on = here and bool(set_) and set_[-1] != "0"
    return Reading({}, "found" if on else "none")


def files(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The files of a package."""
    name = values["package"].lower()
    rows = dpkg.files(machine, name)
    return Reading({"package": name, "count": len(rows)}, "found" if rows else "none", rows)


def _of_program(machine: Machine, name: str, path: str, text: str) -> Reading:
    reading = owner(machine, {"path": path})
    if reading.case == "found":
        package = str(reading.values["package"]).split(", ")[0]
        known = dpkg.stanza(machine, package, text)
        return Reading({**_describe(package, known), "path": path})
    return Reading({"package": name, "path": path}, case="program")


def _describe(name: str, known: Mapping[str, str]) -> dict[str, Value]:
    kib = known.get("Installed-Size", "")
    return {
        "package": name, "version": known.get("Version", "?"),
        "size": size(int(kib) * KIB) if kib.isdigit() else "", "kib": kib,
        "description": known.get("Description", ""), "section": known.get("Section", ""),
        "maintainer": known.get("Maintainer", ""), "depends": known.get("Depends", ""),
        "architecture": known.get("Architecture", ""), "homepage": known.get("Homepage", ""),
        "priority": known.get("Priority", ""), "source": known.get("Source", name).split(" ")[0],
    }  # fmt: skip


def _policy(machine: Machine, name: str) -> dict[str, str]:
    fields = {}
    for line in machine.table("apt-cache", "policy", name)[:4]:
        key, mark, value = line.strip().partition(": ")
        if mark:
            fields[key] = value
    return fields


def _find_refresh_time(machine: Machine) -> str:
    for name in ("/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists"):
        try:
            at = machine.path(name).stat().st_mtime
        except OSError:
            continue
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
    return ""


def _deb822(text: str) -> list[str]:
    rows = []
    names = ("Types", "URIs", "Suites", "Components")
    reader = Reader([*names, "Enabled"])
    for stanza in split_stanzas([drop_comments(text.encode("utf-8", "replace"))]):
        known = reader.read(stanza)
        enabled = known.get("Enabled", "yes").lower() not in _NO
        if enabled and known.get("URIs") and "deb" in known.get("Types", "").split():
            rows.append(" ".join(" ".join(known.get(name, "").split()) for name in names))
    return rows
