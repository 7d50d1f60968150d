"""Who is asking and what they may do; identity comes from the kernel alone.

``Level`` orders the commands: READ for any local user, USE for the model, ADMIN for root,
the daemon's own user and members of the administrators' group.  Nothing in a request can
change what SO_PEERCRED says.
"""

from __future__ import annotations

import grp
import os
import socket
import struct
import time
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

# From <asm-generic/socket.h>; Python names only SO_PEERCRED.
_SO_PEERGROUPS = 59
# Python's getsockopt hands over at most this much: 256 groups of 4 bytes each.
_GROUPS_BYTES = 1024
# The group's number is looked up this often: each time takes longer than twenty pings.
GROUPS_FRESH_S = 5.0
_CREDENTIALS = struct.Struct("3i")


class Level(IntEnum):
    """What a caller may do, and what a command requires."""

    READ = 0
    USE = 1
    ADMIN = 2

    @property
    def label(self) -> str:
        """The level's name on the wire and in the documentation."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Policy:
    """Which group grants which level; without ``use_group`` every local user may use the model."""

    admin_group: str = "cortex"
    use_group: str | None = None
    own_uid: int = field(default_factory=os.geteuid)


@dataclass(slots=True)
class Peer:
    """The process at the other end of a connection, as it was when it connected."""

    pid: int
    uid: int
    gid: int
    groups: frozenset[int] = frozenset()

    def level(self, policy: Policy) -> Level:
        """The highest level that ``policy`` grants this peer."""
        if self.uid in (0, policy.own_uid) or self._in_group(policy.admin_group):
            return Level.ADMIN
        if policy.use_group is None or self._in_group(policy.use_group):
            return Level.USE
        return Level.READ

    def _in_group(self, name: str) -> bool:
        gid = _find_gid(name, int(time.monotonic() / GROUPS_FRESH_S))
        return gid is not None and (gid == self.gid or gid in self.groups)


@lru_cache(maxsize=8)
def _find_gid(name: str, _period: int) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def read_peer(connection: socket.socket) -> Peer:
    """Ask the kernel who connected."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, gid = _CREDENTIALS.unpack(raw)
    return Peer(pid, uid, gid, _read_groups(connection) if uid else frozenset())


def _read_groups(connection: socket.socket) -> frozenset[int]:
    """Supplementary groups; empty if the kernel does not report them or there are too many."""
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    except OSError:
        return frozenset()
    return frozenset(struct.unpack(f"{len(raw) // 4}I", raw))
