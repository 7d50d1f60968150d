"""The account database: /etc/passwd and /etc/group, and ``getent`` for what is not there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.probes.machine import Machine

# People, as adduser numbers them; "nobody" is none.
FIRST_PERSON, LAST_PERSON = 1000, 59999
NO_SHELLS = ("nologin", "false", "sync")


@dataclass(frozen=True, slots=True)
class User:
    """A line of passwd(5)."""

    name: str
    uid: str
    gid: str
    gecos: str
    home: str
    shell: str

    @property
    def is_person(self) -> bool:
        """Whether it is somebody's, not a service's."""
        return self.uid.isdigit() and FIRST_PERSON <= int(self.uid) <= LAST_PERSON

    @property
    def can_log_in(self) -> bool:
        """Whether its shell lets it log in."""
        return not self.shell.endswith(NO_SHELLS)


@dataclass(frozen=True, slots=True)
class Group:
    """A line of group(5)."""

    name: str
    gid: str
    members: tuple[str, ...]


def users(machine: Machine) -> list[User]:
    """Every user of /etc/passwd."""
    return [user for line in machine.lines("/etc/passwd") if (user := _user(line)) is not None]


def groups(machine: Machine) -> list[Group]:
    """Every group of /etc/group."""
    return [one for line in machine.lines("/etc/group") if (one := _group(line)) is not None]


def user(machine: Machine, name: str) -> User | None:
    """The user of a name or number."""
    for one in users(machine):
        if name in (one.name, one.uid):
            return one
    line = machine.output("getent", "passwd", name) if name and name[0] != "-" else None
    return _user(line) if line else None


def group(machine: Machine, name: str) -> Group | None:
    """The group of a name or number."""
    for one in groups(machine):
        if name in (one.name, one.gid):
            return one
    line = machine.output("getent", "group", name) if name and name[0] != "-" else None
    return _group(line) if line else None


def groups_of(machine: Machine, one: User) -> list[str]:
    """The names of a user's groups, the own one first, as ``id -nG`` prints them."""
    known = groups(machine)
    own = [group.name for group in known if group.gid == one.gid]
    return list(
        dict.fromkeys([*own, *(group.name for group in known if one.name in group.members)])
    )


def current(machine: Machine) -> User | None:
    """The user who asks."""
    return user(machine, str(os.getuid()))


def _user(line: str) -> User | None:
    words = line.split(":")
    if len(words) < 7:
        return None
    return User(words[0], words[2], words[3], words[4].rstrip(","), words[5], words[6].strip())


def _group(line: str) -> Group | None:
    words = line.split(":")
    if len(words) < 4:
        return None
    return Group(words[0], words[2], tuple(name for name in words[3].strip().split(",") if name))
