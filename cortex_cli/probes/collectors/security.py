"""Firewall, mandatory access control, ssh's settings and processor flaws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_SSHD = "/etc/ssh/sshd_config"
_FLAWS = "/sys/devices/system/cpu/vulnerabilities"
_DEFAULTS = {"port": "22", "permitrootlogin": "prohibit-password", "passwordauthentication": "yes"}


def firewall(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a firewall filters: ufw, firewalld, or rules of nftables and iptables."""
    if machine.pairs("/etc/ufw/ufw.conf", "=").get("ENABLED", "").strip('"') == "yes":
        return Reading({"name": "ufw", "state": "active"})
    if _is_running(machine, "firewalld"):
        return Reading({"name": "firewalld", "state": "running"})
    rules = machine.output("nft", "list", "ruleset")
    tables = [
        line.split()[2]
        for line in (rules or "").splitlines()
        if line.startswith("table ") and len(line.split()) > 2
    ]
    if tables:
        return Reading(
            {"name": f"nftables ({', '.join(dict.fromkeys(tables))})", "state": "active"}
        )
    modules = machine.text("/proc/modules")
    if rules is None and any(one in modules for one in ("nf_tables ", "ip_tables ")):
        return Reading({"state": "unknown"}, case="unknown")
    installed = [name for name in ("ufw", "nft", "iptables", "firewall-cmd") if _has(machine, name)]
    return Reading({"names": ", ".join(installed), "state": "inactive"}, case="none")


def apparmor(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether AppArmor is on, and how many profiles are loaded (root sees them)."""
    if machine.text("/sys/module/apparmor/parameters/enabled") != "Y":
        return Reading({"state": "disabled"}, case="none")
    profiles = machine.lines("/sys/kernel/security/apparmor/profiles")
    facts: dict[str, Value] = {"state": "enabled", "count": len(profiles) or ""}
    return Reading(facts)


def selinux(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether SELinux enforces."""
    enforce = machine.text("/sys/fs/selinux/enforce")
    state = {"1": "Enforcing", "0": "Permissive"}.get(enforce, "Disabled")
    return Reading({"state": state}, "found" if enforce else "none")


def ssh(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Port, root login and password login of the ssh server's settings."""
    if not machine.exists(_SSHD):
        return Reading(case="none")
    settings = dict(_DEFAULTS)
    folder = "/etc/ssh/sshd_config.d"
    paths = [f"{folder}/{name}" for name in machine.names(folder) if name.endswith(".conf")]
    seen = set()
    for path in (*paths, _SSHD):
        for line in machine.lines(path):
            words = line.split()
            key = words[0].lower() if words else ""
            if key == "match":
                break
            if key in settings and len(words) > 1 and key not in seen:
                seen.add(key)
                settings[key] = words[1]
    names = {"port": "port", "permitrootlogin": "root", "passwordauthentication": "password"}
    return Reading({names[key]: value for key, value in settings.items()})


def ssh_keys(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The person's ssh keys, and who may log in with theirs."""
    home = machine.environ.get("HOME", "/root")
    names = [name for name in machine.names(f"{home}/.ssh") if name.endswith(".pub")]
    lines = machine.lines(f"{home}/.ssh/authorized_keys")
    allowed = sum(1 for line in lines if line.strip() and not line.startswith("#"))
    facts: dict[str, Value] = {
        "count": len(names),
        "names": ", ".join(names),
        "authorized": allowed,
    }
    return Reading(facts, "found" if names else "none")


def flaws(machine: Machine, values: Mapping[str, str]) -> Reading:
    """What the kernel says of the processor's known flaws."""
    rows = [f"{name}: {machine.text(f'{_FLAWS}/{name}')}" for name in machine.names(_FLAWS)]
    if not rows:
        return Reading(case="unreadable")
    open_ = [row.partition(":")[0] for row in rows if ": Vulnerable" in row]
    facts: dict[str, Value] = {"count": len(open_), "names": ", ".join(open_), "all": len(rows)}
    return Reading(
        facts, "found" if open_ else "none", [row for row in rows if ": Vulnerable" in row]
    )


def _is_running(machine: Machine, name: str) -> bool:
    return any(
        pid.isdigit() and machine.text(f"/proc/{pid}/comm") == name
        for pid in machine.names("/proc")
    )


def _has(machine: Machine, name: str) -> bool:
    return any(machine.exists(f"{folder}/{name}") for folder in ("/usr/sbin", "/usr/bin"))
