"""Users, groups and logins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import accounts
from cortex_cli.probes.probe import Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.collectors.accounts import User
    from cortex_cli.probes.machine import Machine

ADMIN_GROUPS = ("sudo", "wheel", "admin")
LOGINS = 8


def identity(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Who a user is; None for a name that nobody has: a person of the world may be meant."""
    one = accounts.user(machine, values["user"])
    return Reading(_describe(machine, one)) if one is not None else None


def user(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The same where a user is surely meant."""
    reading = identity(machine, values)
    return reading if reading is not None else Reading({"user": values["user"]}, case="none")


def me(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The user who asks."""
    one = accounts.current(machine)
    return Reading(_describe(machine, one)) if one is not None else Reading(case="none")


def group(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The same where a group is surely meant."""
    reading = members(machine, values)
    return reading if reading is not None else Reading({"group": values["group"]}, case="none")


def members(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The members of a group; those whose own group it is too.  None if nobody calls one so."""
    group = accounts.group(machine, values["group"])
    if group is None:
        return None
    own = [one.name for one in accounts.users(machine) if one.gid == group.gid]
    names = list(dict.fromkeys([*group.members, *own]))
    facts: dict[str, Value] = {"group": group.name, "gid": group.gid, "count": len(names)}
    return Reading({**facts, "names": ", ".join(names)}, case="found" if names else "empty")


def admins(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Who may become root: members of the administrators' groups."""
    pairs = [(name, accounts.group(machine, name)) for name in ADMIN_GROUPS]
    names = [member for _, group in pairs if group is not None for member in group.members]
    shown = ", ".join(dict.fromkeys(["root", *names]))
    groups = ", ".join(name for name, group in pairs if group is not None)
    return Reading({"names": shown, "groups": groups}, case="found" if names else "none")


def sudo(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a user, or the one who asks, is an administrator."""
    user_name = values.get("user")
    one = accounts.user(machine, user_name) if user_name else accounts.current(machine)
    if one is None:
        return Reading({"user": user_name or "?"}, case="unknown")
    groups = accounts.groups_of(machine, one)
    rights = [name for name in ADMIN_GROUPS if name in groups]
    facts = {"user": one.name, "groups": ", ".join(groups), "group": ", ".join(rights)}
    if one.uid == "0":
        return Reading(facts, case="root")
    return Reading(facts, case="found" if rights else "none")


def everyone(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many users there are, and the people among them."""
    users = accounts.users(machine)
    people = [one.name for one in users if one.is_person]
    return Reading(
        {
            "count": len(users),
            "people": ", ".join(people),
            "people_count": len(people),
            "shells": ", ".join(one.name for one in users if one.can_log_in),
        }
    )


def all_groups(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many groups there are."""
    groups = accounts.groups(machine)
    rows = [
        ", ".join(one.name for one in groups[place : place + 12])
        for place in range(0, len(groups), 12)
    ]
    return Reading({"count": len(groups)}, rows=rows)


def sessions(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The sessions of ``who``."""
    rows = [row for row in machine.table("who") if row.strip()]
    names = list(dict.fromkeys(row.split()[0] for row in rows))
    facts: dict[str, Value] = {"count": len(rows), "names": ", ".join(names)}
    return Reading(facts, "found" if rows else "none", rows)


def last_logins(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The last logins, the latest first."""
    arguments = (values["user"],) if "user" in values else ()
    if arguments and accounts.user(machine, arguments[0]) is None:
        return Reading({"user": arguments[0]}, case="unknown")
    output = machine.output("last", "-n", str(LOGINS), *arguments)
    if output is None:
        return Reading(case="unreadable")
    rows = [
        row for row in output.splitlines() if row.strip() and not row.startswith(("reboot", "wtmp"))
    ]
    facts = {"last": " ".join(rows[0].split()) if rows else ""}
    return Reading(facts, "found" if rows else "none", rows)


def failed_logins(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Failed logins of ``lastb``, which only root may read."""
    output = machine.output("lastb", "-n", str(LOGINS))
    if output is None or not machine.exists("/var/log/btmp"):
        return Reading(case="unreadable")
    rows = [row for row in output.splitlines() if row.strip() and not row.startswith("btmp")]
    return Reading({"count": len(rows)}, "found" if rows else "none", rows)


def _describe(machine: Machine, one: User) -> dict[str, Value]:
    groups = accounts.groups_of(machine, one)
    own = next((group.name for group in accounts.groups(machine) if group.gid == one.gid), one.gid)
    return {
        "user": one.name, "uid": one.uid, "gid": one.gid, "group": own, "home": one.home,
        "shell": one.shell, "gecos": one.gecos.split(",")[0], "groups": " ".join(groups),
        "count": len(groups),
    }  # fmt: skip
