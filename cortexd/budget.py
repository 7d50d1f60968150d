"""What each user holds of the daemon, and who gives way when there is no more; no I/O.

One account per uid counts its connections, its requests in progress, its subscriptions and
the bytes of its replies that are not sent yet.  Only connections are shared out of one total:
when that is reached, whoever holds most gives way, and the last ones are kept for
administrators.  Knows nothing of sockets or commands.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from cortexd.api.errors import DaemonBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cortexd.config import LimitsSection

# Past this many accounts those that hold nothing are dropped.
_SWEEP_ABOVE = 64
_RETRY_S = 1.0


class Holder(Protocol):
    """A connection, as far as an account is concerned."""

    @property
    def is_busy(self) -> bool:
        """Whether a reply is due."""


class Account:
    """What one user holds."""

    __slots__ = (
        "connections",
        "limits",
        "pending",
        "spent_s",
        "subscriptions",
        "uid",
        "unsent_bytes",
    )  # fmt: skip

    def __init__(self, uid: int, limits: LimitsSection) -> None:
        self.uid = uid
        self.limits = limits
        self.connections: dict[Holder, None] = {}  # the oldest first
        self.pending = 0  # requests that are being worked on
        self.subscriptions = 0
        self.unsent_bytes = 0
        self.spent_s = 0.0  # of the loop's time since the last turn, see wire/turns.py

    @property
    def is_unused(self) -> bool:
        """Whether nothing is held."""
        return not (self.connections or self.pending or self.subscriptions)

    def refuse_unsent(self) -> DaemonBusy | None:
        """Why no further reply may be made, or None."""
        limit = self.limits.unsent_bytes_per_user
        if self.unsent_bytes <= limit:
            return None
        return DaemonBusy(
            f"user {self.uid} has not read {self.unsent_bytes} bytes of replies; "
            f"the limit is {limit}",
            hint="read the replies, or raise limits.unsent_bytes_per_user in daemon.yaml",
            retry_after_s=_RETRY_S,
        )

    def refuse_pending(self) -> DaemonBusy | None:
        """Why no further request may be started, or None."""
        limit = self.limits.pending_per_user
        if self.pending < limit:
            return None
        return DaemonBusy(
            f"{self.pending} requests of user {self.uid} are unanswered; the limit is {limit}",
            hint="wait for answers, or raise limits.pending_per_user in daemon.yaml",
            retry_after_s=_RETRY_S,
        )

    @contextmanager
    def hold_subscription(self) -> Iterator[None]:
        """Count one subscription for the length of the block.

        Raises:
            DaemonBusy: the user has as many as one may have.
        """
        limit = self.limits.subscriptions_per_user
        if self.subscriptions >= limit:
            raise DaemonBusy(
                f"user {self.uid} watches alerts {self.subscriptions} times; the limit is {limit}",
                hint="end some, or raise limits.subscriptions_per_user in daemon.yaml",
                retry_after_s=_RETRY_S,
            )
        self.subscriptions += 1
        try:
            yield
        finally:
            self.subscriptions -= 1

    def find_dispensable(self) -> Holder:
        """The connection to close first: the oldest idle one, else the oldest."""
        return next(
            (held for held in self.connections if not held.is_busy), next(iter(self.connections))
        )


class Budgets:
    """The accounts of all users."""

    def __init__(self, limits: LimitsSection) -> None:
        self._limits = limits
        self._accounts: dict[int, Account] = {}
        self.connections = 0

    def configure(self, limits: LimitsSection) -> None:
        """Change the limits; what is held stays."""
        self._limits = limits
        for account in self._accounts.values():
            account.limits = limits

    def account(self, uid: int) -> Account:
        """The account of ``uid``, opened if there is none."""
        if (account := self._accounts.get(uid)) is None:
            if len(self._accounts) > _SWEEP_ABOVE:
                for unused in [one.uid for one in self._accounts.values() if one.is_unused]:
                    del self._accounts[unused]
            account = self._accounts[uid] = Account(uid, self._limits)
        return account

    def make_room(self, uid: int, is_admin: Callable[[], bool]) -> Holder | None:
        """Whom to close so that ``uid`` may connect, or None if there is room.

        Raises:
            DaemonBusy: there is none, and nobody holds so much more that he should give way.
        """
        limit = self._limits.max_connections
        kept = min(self._limits.admin_connections, limit // 2)
        if self.connections < limit - kept or (self.connections < limit and is_admin()):
            return None
        most = max(self._accounts.values(), key=lambda account: len(account.connections))
        if len(most.connections) > len(self.account(uid).connections) + 1:
            return most.find_dispensable()
        raise DaemonBusy(
            f"{self.connections} clients are connected; the limit is {limit}"
            + (f", {kept} of them kept for administrators" if self.connections < limit else ""),
            hint="close some, or raise limits.max_connections in daemon.yaml",
            retry_after_s=_RETRY_S,
        )

    def explain_closing(self, uid: int) -> DaemonBusy:
        """Why a connection of ``uid`` is closed for another user's."""
        held = len(self.account(uid).connections)
        return DaemonBusy(
            f"closed to make room for another user: user {uid} has {held} of "
            f"{self.connections} connections, more than anybody else",
            hint="keep fewer connections open, or raise limits.max_connections in daemon.yaml",
            retry_after_s=_RETRY_S,
        )

    def add(self, account: Account, held: Holder) -> None:
        """Count a connection."""
        if held not in account.connections:
            account.connections[held] = None
            self.connections += 1

    def remove(self, account: Account, held: Holder) -> None:
        """Count a connection no longer; one that is not counted is nothing."""
        if held in account.connections:
            del account.connections[held]
            self.connections -= 1
