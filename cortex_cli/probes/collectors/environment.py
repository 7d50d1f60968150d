"""The person's environment: variables, shell, language, desktop, limits."""

from __future__ import annotations

import os
import re
import resource
import shutil
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.probes.collectors import accounts
from cortex_cli.probes.probe import Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

# Values of such variables are not shown: an answer may be copied elsewhere.
_SECRET = expression(r"pass|secret|token|key|credential|auth", re.IGNORECASE)
_UMASK = "/proc/self/status"


def variable(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The value of a variable; a secret's is not shown."""
    name = values["variable"].lstrip("$")
    value = machine.environ.get(name, machine.environ.get(name.upper()))
    name = name if name in machine.environ else name.upper()
    if value is None:
        return Reading({"name": name}, case="none")
    if _SECRET.search(name):
        return Reading({"name": name, "length": len(value)}, case="secret")
    return Reading({"name": name, "value": value}, case="found" if value else "empty")


def variables(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The names of all variables."""
    names = sorted(machine.environ)
    rows = [", ".join(names[place : place + 8]) for place in range(0, len(names), 8)]
    return Reading({"count": len(names)}, rows=rows)


def path(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The folders where commands are looked for."""
    folders = machine.environ.get("PATH", "")
    rows = folders.split(":") if folders else []
    return Reading({"path": folders, "count": len(rows)}, "found" if rows else "none")


def locale(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The language and the settings that replace it."""
    here = machine.environ
    language = here.get("LC_ALL") or here.get("LC_MESSAGES") or here.get("LANG") or ""
    default = machine.pairs("/etc/default/locale", "=").get("LANG", "").strip('"')
    default = default or machine.pairs("/etc/locale.conf", "=").get("LANG", "").strip('"')
    facts = {"lang": language or default or "C", "system": default, "all": here.get("LC_ALL", "")}
    return Reading(facts)


def keyboard(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The keyboard layout."""
    known = machine.pairs("/etc/default/keyboard", "=")
    layout = known.get("XKBLAYOUT", "").strip('"')
    if not layout:
        layout = machine.pairs("/etc/vconsole.conf", "=").get("KEYMAP", "").strip('"')
    facts = {"layout": layout, "variant": known.get("XKBVARIANT", "").strip('"')}
    return Reading(facts, "found" if layout else "none")


def shell(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The person's shell and the login shell."""
    me = accounts.current(machine)
    login = me.shell if me is not None else ""
    current = machine.environ.get("SHELL", "") or login
    return Reading({"shell": current, "login": login}, "found" if current else "none")


def terminal(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The terminal's type and program."""
    here = machine.environ
    try:
        name = os.ttyname(0)
    except OSError:
        name = ""
    program = here.get("TERM_PROGRAM") or here.get("TERMINAL_EMULATOR") or here.get("COLORTERM", "")
    columns = shutil.get_terminal_size((0, 0)).columns
    facts: dict[str, Value] = {
        "term": here.get("TERM", ""),
        "tty": name,
        "program": program,
        "columns": columns or "",
    }
    return Reading(facts, "found" if facts["term"] else "none")


def desktop(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The desktop and the display server."""
    here = machine.environ
    name = here.get("XDG_CURRENT_DESKTOP") or here.get("DESKTOP_SESSION", "")
    kind = here.get("XDG_SESSION_TYPE", "")
    server = "Wayland" if here.get("WAYLAND_DISPLAY") or kind == "wayland" else ""
    server = server or ("X11" if here.get("DISPLAY") or kind == "x11" else "")
    facts = {"desktop": name, "server": server, "kind": kind}
    if name:
        return Reading(facts)
    return Reading(facts, "server" if server else "none")


def editor(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The editor that programs start."""
    chosen = machine.environ.get("VISUAL") or machine.environ.get("EDITOR") or ""
    default = machine.link("/etc/alternatives/editor")
    return Reading(
        {"editor": chosen or default, "default": default}, "found" if chosen or default else "none"
    )


def limits(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The limits of this session, as ``ulimit`` shows them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    processes, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    core, _ = resource.getrlimit(resource.RLIMIT_CORE)
    shown = {"files": soft, "hard": hard, "processes": processes, "core": core}
    facts: dict[str, Value] = {name: _amount(value) for name, value in shown.items()}
    return Reading({**facts, "stack": _amount(stack // 1024 if stack > 0 else stack)})


def umask(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The umask of this session."""
    mask = machine.pairs(_UMASK).get("Umask", "")
    return Reading({"umask": mask}, "found" if mask else "none")


def home(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The person's home."""
    me = accounts.current(machine)
    folder = machine.environ.get("HOME") or (me.home if me is not None else "")
    return Reading({"home": folder}, "found" if folder else "none")


def _amount(value: int) -> str:
    return "unlimited" if value == resource.RLIM_INFINITY else str(value)
