"""What each user holds, without any socket; attacks over the socket are in wire/."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cortexd.api.errors import DaemonBusy
from cortexd.budget import Account, Budgets
from cortexd.config import LimitsSection


@dataclass(eq=False)
class Connection:
    """A connection of which only this is asked."""

    is_busy: bool = False


def connect(budgets: Budgets, uid: int, *, admin: bool = False) -> Connection:
    """What the server does with a new client; whoever gives way is removed."""
    displaced = budgets.make_room(uid, lambda: admin)
    if displaced is not None:
        for other in (1, 2, 3):
            budgets.remove(budgets.account(other), displaced)
    connection = Connection()
    budgets.add(budgets.account(uid), connection)
    return connection


def budgets(total: int = 10, kept: int = 2) -> Budgets:
    return Budgets(LimitsSection(max_connections=total, admin_connections=kept))


def test_the_last_connections_are_for_administrators() -> None:
    table = budgets()
    for _ in range(8):
        connect(table, 1)
    with pytest.raises(DaemonBusy, match="8 clients are connected; the limit is 10, 2 of them"):
        connect(table, 1)
    connect(table, 0, admin=True)
    connect(table, 0, admin=True)
    assert table.connections == 10


def test_at_most_half_is_kept() -> None:
    table = budgets(total=4, kept=100)
    connect(table, 1)
    connect(table, 1)
    with pytest.raises(DaemonBusy):
        connect(table, 1)


def test_the_oldest_idle_connection_of_whoever_holds_most_gives_way() -> None:
    table = budgets()
    first, second, *_ = [connect(table, 1) for _ in range(6)]
    connect(table, 2)
    connect(table, 2)
    first.is_busy = True
    connect(table, 3)
    assert first in table.account(1).connections
    assert second not in table.account(1).connections
    assert table.connections == 8


def test_where_all_are_busy_the_oldest_gives_way() -> None:
    table = budgets()
    mine = [connect(table, 1) for _ in range(8)]
    for connection in mine:
        connection.is_busy = True
    connect(table, 2)
    assert mine[0] not in table.account(1).connections


def test_nobody_gives_way_to_one_who_holds_as_much() -> None:
    table = budgets()
    for uid in (1, 2):
        for _ in range(4):
            connect(table, uid)
    with pytest.raises(DaemonBusy):
        connect(table, 1)
    connect(table, 3)  # who holds little gets one
    assert len(table.account(3).connections) == 1


def test_what_is_removed_twice_counts_once() -> None:
    table = budgets()
    connection = connect(table, 1)
    table.remove(table.account(1), connection)
    table.remove(table.account(1), connection)
    assert table.connections == 0


def test_limits_of_one_user() -> None:
    limits = LimitsSection(
        pending_per_user=2, subscriptions_per_user=1, unsent_bytes_per_user=65_536
    )
    account = Account(7, limits)
    account.pending, account.unsent_bytes = 1, 65_536
    assert account.refuse_pending() is account.refuse_unsent() is None
    account.pending, account.unsent_bytes = 2, 65_537
    pending, unsent = account.refuse_pending(), account.refuse_unsent()
    assert pending is not None
    assert unsent is not None
    assert "2 requests of user 7 are unanswered; the limit is 2" in pending.message
    assert "65537 bytes of replies; the limit is 65536" in unsent.message
    with account.hold_subscription():
        with pytest.raises(DaemonBusy, match="watches alerts 1 times; the limit is 1"):
            with account.hold_subscription():
                pass
    assert account.subscriptions == 0


def test_limits_change_for_accounts_that_are_open() -> None:
    table = budgets()
    account = table.account(1)
    account.pending = 5
    table.configure(LimitsSection(pending_per_user=5))
    assert account.refuse_pending() is not None


def test_accounts_that_hold_nothing_are_dropped() -> None:
    table = budgets()
    kept = table.account(5)
    kept.pending = 1
    dropped = table.account(6)
    for uid in range(100, 200):
        table.account(uid)
    assert table.account(5) is kept
    assert table.account(6) is not dropped
