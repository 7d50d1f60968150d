"""Refuses to change the real machine by what another one's files say.

Some variables make Cortex look at another machine's packages, for dry runs and tests.  apt and
dpkg would still change this one: what is judged would not be what is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What each replaces.
PACKAGES = {
    "CORTEX_DPKG_STATUS": "the list of installed packages",
    "CORTEX_APT_LISTS": "apt's package lists",
}
HISTORY = {"CORTEX_STATE_DIR": "the history"}


def check_install(environ: Mapping[str, str]) -> None:
    """Refuse variables that replace what an installation is judged by.

    Raises:
        UsageError: one of them is set.
    """
    _refuse(environ, PACKAGES)


def check_rollback(environ: Mapping[str, str]) -> None:
    """Refuse those that replace what a rollback is judged by, the history included.

    Raises:
        UsageError: one of them is set.
    """
    _refuse(environ, PACKAGES | HISTORY)


def _refuse(environ: Mapping[str, str], replaced: Mapping[str, str]) -> None:
    for name, what in replaced.items():
        if environ.get(name):
            raise UsageError(
                f"{name} replaces {what} of this machine, which would be changed by it",
                hint=f"unset {name}, or use --dry-run",
            )
