"""The plan that takes an entry of the history back, and whether it can be carried out.

All is checked before anything runs: that what is there now is what the entry left, that the
old versions can still be had, and that nothing installed since would lose what it depends on.
Packages are removed, not purged: what their users keep in them (a database) outlives them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cortex_cli.debian import dpkg_status
from cortex_cli.errors import Failure, UsageError
from cortex_cli.install import apt, effects, plan, validation
from cortex_cli.install.plan import Change, PlannedPackage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.debian.dpkg_status import State, Versions
    from cortex_cli.install.history_entry import Entry
    from cortex_cli.install.plan import Plan
    from cortex_cli.settings import Settings

# Where dpkg notes what it is at; apt does nothing while there is something in it.
DPKG_JOURNAL = Path("/var/lib/dpkg/updates")


def plan_rollback(settings: Settings, entry: Entry) -> Plan:
    """The checked plan that brings back what was there before ``entry``.

    Raises:
        Failure: it cannot be taken back, or not without harm.
    """
    if entry.state == "dry run":
        raise UsageError(f"entry {entry.id} was a dry run: there is nothing to take back")
    if entry.state == "running":
        raise Failure(f"entry {entry.id} is still running", hint="wait for it to end")
    now = dpkg_status.read(settings.environ).among(entry.before)
    changed = {name: old for name, old in entry.before.items() if _differs(now[name], old)}
    _refuse_drift(entry, changed, now)
    made = validation.validate(settings, _invert(settings, entry, changed, now))
    if made.refusal:
        raise Failure(f"entry {entry.id} cannot be taken back: {made.refusal}")
    _refuse_collateral(entry, made, changed)
    return made


def _differs(now: State | None, then: State | None) -> bool:
    return (now.version if now else None) != (then.version if then else None)


def _refuse_drift(entry: Entry, changed: Versions, now: Versions) -> None:
    left = entry.after or {}
    for name in changed:
        if _differs(now[name], left.get(name)):
            there = f"is at {now[name]}" if now[name] else "is not installed"
            was = left.get(name) or "not there"
            raise Failure(
                f"{name} has changed since entry {entry.id}: it {there} now, and was {was} then",
                hint="take back the later entries first: cortex history",
            )


def _invert(settings: Settings, entry: Entry, changed: Versions, now: Versions) -> Plan:
    old = {name: state.version for name, state in changed.items() if state is not None}
    gone = [name for name, state in changed.items() if state is None]
    packages = [
        PlannedPackage(name, old.get(name, ""), "", there.version if (there := now[name]) else None)
        for name in changed
    ]
    commands: list[tuple[str, ...]] = []
    if changed and DPKG_JOURNAL.is_dir() and any(DPKG_JOURNAL.iterdir()):
        commands.append(("dpkg", "--configure", "-a"))
    if old:
        wanted = [*_locate_versions(settings, old), *(f"{name}-" for name in gone)]
        install = ("apt-get", "install", "--yes", "--allow-downgrades")
        if _needs_download(settings, (*install, *wanted)):
            # Nothing is touched before everything is here.
            commands.append((*install, "--download-only", *wanted))
        commands.append((*install, *wanted))
    elif gone:
        commands.append(("apt-get", "remove", "--yes", *gone))
    return plan.Plan(f"rollback {entry.id}", tuple(packages), (), tuple(commands), "history")


def _locate_versions(settings: Settings, old: Mapping[str, str]) -> list[str]:
    """How apt is to be asked for each old version: from an archive, or from its own cache."""
    wanted, lost = [], []
    at_hand = effects.find_local_archives(
        [Change(name, None, version) for name, version in old.items()], ()
    )
    for name, version in old.items():
        pinned = f"{name}={version}"
        found = apt.simulate(settings.environ, ["apt-get", "install", "--download-only", pinned])
        missing = found.refusal is not None and "was not found" in found.refusal
        files = [Path(unquote(uri[5:])) for uri in found.uris if uri.startswith("file:")]
        if not missing and all(file.is_file() for file in files):
            wanted.append(pinned)
        elif name in at_hand:
            wanted.append(str(at_hand[name]))
        else:
            lost.append(f"{name} {version}")
    if lost:
        raise Failure(
            f"cannot be had any more: {', '.join(lost)}; no archive of this machine's lists has "
            "it, nor apt's cache",
            hint="nothing was changed; an archive of old versions among apt's sources would help",
        )
    return wanted


def _needs_download(settings: Settings, command: tuple[str, ...]) -> bool:
    return bool(apt.simulate(settings.environ, command).changes.download_bytes)


def _refuse_collateral(entry: Entry, made: Plan, changed: Versions) -> None:
    meant = {name for name, state in changed.items() if state is None}
    harmed = sorted({dpkg_status.bare(change.name) for change in made.changes.removed} - meant)
    if harmed:
        raise Failure(
            f"taking back entry {entry.id} would also remove {', '.join(harmed)}, "
            "which needs what that entry installed",
            hint=f"remove it first, if it may go: apt-get remove {' '.join(harmed)}",
        )
