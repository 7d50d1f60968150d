"""The plan that undoes an entry of the history, and whether it can be run.

Everything is checked before anything runs: that the installed versions are those that the entry
left, that the old versions are still available, and that no later package would lose a
dependency.  Packages are removed, not purged: data kept in them (a database) survives.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cortex_cli.debian import dpkg_status
from cortex_cli.errors import Failure, UsageError
from cortex_cli.install import apt, effects, operands, plan, validation
from cortex_cli.install.plan import Change, PlannedPackage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.debian.dpkg_status import State, Versions
    from cortex_cli.install.history_entry import Entry
    from cortex_cli.install.plan import Plan
    from cortex_cli.settings import Settings

# dpkg's journal of unfinished work; apt refuses to run while it is not empty.
DPKG_JOURNAL = Path("/var/lib/dpkg/updates")


def plan_rollback(settings: Settings, entry: Entry) -> Plan:
    """Return the checked plan that restores the versions from before ``entry``.

    Raises:
        Failure: it cannot be undone, or not without harm.
    """
    if entry.state == "dry run":
        raise UsageError(f"entry {entry.id} was a dry run: there is nothing to undo")
    if entry.state == "running":
        raise Failure(f"entry {entry.id} is still running", hint="wait for it to finish")
    _refuse_forgery(entry)
    now = dpkg_status.read(settings.environ).states_of(entry.before)
    changed = {name: old for name, old in entry.before.items() if _differs(now[name], old)}
    _refuse_drift(entry, changed, now)
    undo = validation.validate(settings, _invert(settings, entry, changed, now), thorough=True)
    if undo.refusal:
        raise Failure(f"entry {entry.id} cannot be undone: {undo.refusal}")
    _refuse_collateral(entry, undo, changed)
    return undo


def _refuse_forgery(entry: Entry) -> None:
    """Refuse an entry that this program did not write: its names would become apt's arguments."""
    if not entry.sealed:
        raise Failure(
            f"entry {entry.id} has no valid seal: an older version wrote it, or another program "
            "changed it",
            hint=f"see what it did with: cortex history {entry.id}; undo it with apt-get",
        )
    for versions in (entry.before, entry.after or {}):
        for name, state in versions.items():
            operands.check_name(name)
            if state is not None:
                operands.check_version(name, state.version)


def _differs(now: State | None, then: State | None) -> bool:
    return (now.version if now else None) != (then.version if then else None)


def _refuse_drift(entry: Entry, changed: Versions, now: Versions) -> None:
    after = entry.after or {}
    for name in changed:
        if _differs(now[name], after.get(name)):
            current = now[name] or "not installed"
            expected = after.get(name) or "not installed"
            raise Failure(
                f"{name} has changed since entry {entry.id}: it was {expected}, now {current}",
                hint="undo the later entries first: cortex history",
            )


def _invert(settings: Settings, entry: Entry, changed: Versions, now: Versions) -> Plan:
    old = {name: state.version for name, state in changed.items() if state is not None}
    added = [name for name, state in changed.items() if state is None]
    packages = [
        PlannedPackage(name, old.get(name, ""), "", state.version if (state := now[name]) else None)
        for name in changed
    ]
    commands: list[tuple[str, ...]] = []
    if changed and DPKG_JOURNAL.is_dir() and any(DPKG_JOURNAL.iterdir()):
        commands.append(("dpkg", "--configure", "-a"))
    if old:
        targets = [*_locate_versions(settings, old), *map(operands.remove, added)]
        install = ("apt-get", "install", "--yes", "--allow-downgrades")
        if _needs_download(settings, (*install, *targets)):
            # Download everything before changing anything.
            commands.append((*install, "--download-only", *targets))
        commands.append((*install, *targets))
    elif added:
        commands.append(("apt-get", "remove", "--yes", *map(operands.check_name, added)))
    return plan.Plan(f"rollback {entry.id}", tuple(packages), (), tuple(commands), "history")


def _locate_versions(settings: Settings, old: Mapping[str, str]) -> list[str]:
    """Return what to ask apt for, for each old version: an archive's, or a file in its cache."""
    requests, unavailable = [], []
    cached = effects.find_local_archives(
        [Change(name, None, version) for name, version in old.items()], ()
    )
    for name, version in old.items():
        pinned = operands.pin(name, version)
        simulation = apt.simulate(
            settings.environ, ["apt-get", "install", "--download-only", pinned]
        )
        files = [Path(unquote(uri[5:])) for uri in simulation.uris if uri.startswith("file:")]
        if not simulation.cannot_locate and all(file.is_file() for file in files):
            requests.append(pinned)
        elif name in cached:
            requests.append(str(cached[name]))
        else:
            unavailable.append(f"{name} {version}")
    if unavailable:
        raise Failure(
            f"no longer available: {', '.join(unavailable)}; neither this machine's package lists "
            "nor apt's cache have it",
            hint="nothing was changed; add an archive of old versions to apt's sources",
        )
    return requests


def _needs_download(settings: Settings, command: tuple[str, ...]) -> bool:
    return bool(apt.simulate(settings.environ, command).changes.download_bytes)


def _refuse_collateral(entry: Entry, undo: Plan, changed: Versions) -> None:
    intended = {name for name, state in changed.items() if state is None}
    harmed = sorted(
        {dpkg_status.strip_architecture(change.name) for change in undo.changes.removed} - intended
    )
    if harmed:
        raise Failure(
            f"undoing entry {entry.id} would also remove {', '.join(harmed)}, "
            "which needs what that entry installed",
            hint=f"if you do not need it, remove it first: apt-get remove {' '.join(harmed)}",
        )
