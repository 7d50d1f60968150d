"""Release, kernel, boot and what this machine runs in."""

from __future__ import annotations

import os
import platform
import shlex
from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_SECURE_BOOT = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_VIRTUAL = (
    "kvm",
    "qemu",
    "vmware",
    "virtualbox",
    "xen",
    "bochs",
    "hyper-v",
    "amazon ec2",
    "google",
)
_BITS = {"x86_64": 64, "aarch64": 64, "ppc64le": 64, "s390x": 64, "riscv64": 64}
_ARCHITECTURES = {
    "x86_64": "amd64", "aarch64": "arm64", "i686": "i386", "armv7l": "armhf", "ppc64le": "ppc64el"
}  # fmt: skip


def release(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The distribution, its version and code name."""
    known = machine.pairs("/etc/os-release", "=") or machine.pairs("/usr/lib/os-release", "=")
    plain = {name: _unquote(value) for name, value in known.items()}
    if not plain:
        return Reading(case="unreadable")
    return Reading(
        {
            "name": plain.get("PRETTY_NAME", plain.get("NAME", "?")),
            "id": plain.get("ID", "?"),
            "version": machine.text("/etc/debian_version") or plain.get("VERSION_ID", "?"),
            "number": plain.get("VERSION_ID", "?"),
            "codename": plain.get("VERSION_CODENAME", "-"),
        }
    )


def kernel(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The kernel's release, build and machine type."""
    known = os.uname()
    facts: dict[str, Value] = {
        "release": machine.text("/proc/sys/kernel/osrelease") or known.release,
        "version": machine.text("/proc/sys/kernel/version") or known.version,
        "name": machine.text("/proc/sys/kernel/ostype") or known.sysname,
        "machine": known.machine,
        "bits": _BITS.get(known.machine, 32),
        "architecture": _ARCHITECTURES.get(known.machine, known.machine),
        "command_line": machine.text("/proc/cmdline"),
    }
    return Reading(facts)


def kernels(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The kernels that are installed in /boot."""
    names = machine.names("/boot")
    versions = [name.partition("-")[2] for name in names if name.startswith("vmlinuz-")]
    running = str(kernel(machine, values).values["release"])
    shown: dict[str, Value] = {
        "count": len(versions),
        "names": ", ".join(sorted(versions)),
        "running": running,
    }
    return Reading(shown, "found" if versions else "none")


def virtual(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether this is a virtual machine, a container, or neither."""
    kind = (machine.output("systemd-detect-virt") or "").split("\n")[0]
    if not kind:
        kind = _guess_virtual(machine)
    maker = machine.text("/sys/class/dmi/id/sys_vendor")
    if kind in ("none", ""):
        return Reading({"kind": "none", "maker": maker}, case="none")
    containers = (
        "docker",
        "podman",
        "lxc",
        "lxc-libvirt",
        "systemd-nspawn",
        "container-other",
        "wsl",
        "openvz",
    )
    return Reading({"kind": kind, "maker": maker}, "container" if kind in containers else "found")


def firmware(machine: Machine, values: Mapping[str, str]) -> Reading:
    """UEFI or BIOS."""
    case = "found" if machine.exists("/sys/firmware/efi") else "none"
    return Reading({"mode": "UEFI" if case == "found" else "BIOS"}, case)


def secure_boot(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether Secure Boot is on: the last byte of its EFI variable."""
    if not machine.exists("/sys/firmware/efi"):
        return Reading({"state": "unsupported"}, case="bios")
    try:
        data = machine.path(f"/sys/firmware/efi/efivars/{_SECURE_BOOT}").read_bytes()
    except OSError:
        return Reading({"state": "unknown"}, case="unknown")
    on = bool(data) and data[-1] == 1
    return Reading({"state": "enabled" if on else "disabled"}, case="found" if on else "none")


def init(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The program that is process 1."""
    name = machine.text("/proc/1/comm")
    path = machine.link("/sbin/init") or machine.link("/proc/1/exe")
    if not name:
        return Reading(case="unreadable")
    return Reading({"name": name, "path": path})


def command_line(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The kernel's command line."""
    return kernel(machine, values)


def module(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a kernel module is loaded."""
    name = values["name"].replace("-", "_")
    for line in machine.lines("/proc/modules"):
        words = line.split()
        if words and words[0] == name:
            users = words[3].rstrip(",") if len(words) > 3 and words[3] != "-" else ""
            return Reading({"name": name, "users": users})
    release = machine.text("/proc/sys/kernel/osrelease")
    listed = machine.text(f"/lib/modules/{release}/modules.builtin").replace("-", "_")
    built_in = machine.exists(f"/sys/module/{name}") or f"/{name}.ko" in listed
    return Reading({"name": name}, case="builtin" if built_in else "none")


def modules(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many kernel modules are loaded."""
    names = sorted(line.split()[0] for line in machine.lines("/proc/modules") if line)
    rows = [", ".join(names[place : place + 8]) for place in range(0, len(names), 8)]
    return Reading({"count": len(names)}, "found" if names else "none", rows)


def parameter(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The value of a kernel parameter of sysctl(8)."""
    name = values["name"].removeprefix("/proc/sys/").replace("/", ".")
    if ".." in name or not name or name.startswith("."):
        return None
    path = f"/proc/sys/{name.replace('.', '/')}"
    value = machine.text(path)
    if not machine.exists(path):
        short = _find_parameter(machine, name)
        if not short:
            return Reading({"name": name}, case="none")
        name, value = short, machine.text(f"/proc/sys/{short.replace('.', '/')}")
    return Reading(
        {"name": name, "value": " ".join(value.split())}, "found" if value else "unreadable"
    )


def machine_id(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The machine's id."""
    value = machine.text("/etc/machine-id")
    return Reading({"id": value}, "found" if value else "none")


def python(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The version of ``python3`` as the person's PATH finds it."""
    import shutil

    path = shutil.which("python3", path=machine.environ.get("PATH"))
    output = machine.output(path, "--version") if path else None
    version = (output or "").removeprefix("Python ").strip()
    if not version:
        version = platform.python_version()
        return Reading({"version": version}, case="none")
    return Reading({"version": version, "path": str(path)})


def cgroups(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which version of control groups is mounted."""
    two = machine.exists("/sys/fs/cgroup/cgroup.controllers")
    return Reading({"version": "2" if two else "1"})


def _unquote(value: str) -> str:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return value


def _guess_virtual(machine: Machine) -> str:
    if machine.exists("/.dockerenv"):
        return "docker"
    if machine.exists("/run/.containerenv"):
        return "podman"
    product = " ".join(
        machine.text(f"/sys/class/dmi/id/{name}").lower() for name in ("sys_vendor", "product_name")
    )
    for name in _VIRTUAL:
        if name in product:
            return name
    flags = next((line for line in machine.lines("/proc/cpuinfo") if line.startswith("flags")), "")
    return "hypervisor" if " hypervisor" in flags else "none"


def _find_parameter(machine: Machine, name: str) -> str:
    """The full name of a parameter said without its tree: swappiness, ip_forward."""
    if "." in name:
        return ""
    for tree in ("vm", "kernel", "fs", "net.ipv4", "net.ipv6", "net.core"):
        if machine.exists(f"/proc/sys/{tree.replace('.', '/')}/{name}"):
            return f"{tree}.{name}"
    return ""
