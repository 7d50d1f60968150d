"""A proposal, checked: what apt would do with it, what that brings, what speaks against it.

Nothing here asks a model or changes anything.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.debian import dpkg_status
from cortex_cli.errors import Failure
from cortex_cli.install import apt, conflicts, effects, privileges
from cortex_cli.install.plan import Changes, Effects
from cortex_cli.install.policy import file as policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.install.plan import Plan, PlannedPackage
    from cortex_cli.install.simulation import Simulation
    from cortex_cli.settings import Settings

# How long "apt-get -s" may take before a plan is shown without it: for one package it takes 0.6 s,
# for a desktop's 300 packages 3 s, and a reply shall take 1.5 s in all.
PATIENCE_S = 0.9
INCOMPLETE = "apt had not gone through every step when this was shown; --execute waits for that"
# On the root file system apt and dpkg need some room for themselves.
SPARE_BYTES = 50_000_000
MAX_NAMES = 12


def validate(settings: Settings, proposal: Plan, *, thorough: bool = False) -> Plan:
    """``proposal`` with everything that apt would do, run in the way this user can run it.

    ``thorough`` waits however long apt goes through every step; so does a policy that asks for
    origins.

    Raises:
        Failure: it would remove a package that the system cannot be without.
    """
    plan = proposal.with_root_prefix(privileges.root_prefix())
    if not plan.commands:
        return plan.with_effects(Changes(download_bytes=0, disk_bytes=0), Effects())
    patience_s = None if thorough or _origins_matter(settings) else PATIENCE_S
    try:
        found = apt.simulate(
            settings.environ, plan.commands[-1], thorough=True, patience_s=patience_s
        )
    except Failure as error:
        return _refuse(plan, error.message)
    _refuse_removals(settings, found)
    if found.refusal:
        return _refuse(plan, found.refusal)
    there = dpkg_status.read(settings.environ).packages
    missing = [package.name for package in plan.packages if package.name not in there]
    foreseen = effects.predict_effects(found.changes.new, missing, found.uris)
    against = _find_conflicts(settings, found.changes)
    plan = plan.with_effects(
        found.changes, foreseen, tuple(_list_warnings(found, foreseen, against))
    )
    packages = tuple(_adopt_version(package, found) for package in plan.packages)
    return replace(plan, packages=packages, warnings=(*proposal.warnings, *plan.warnings))


def _adopt_version(package: PlannedPackage, found: Simulation) -> PlannedPackage:
    """``package`` as apt takes it: pins are its to know, and the index may be an older one."""
    for change in (*found.changes.new, *found.changes.upgraded):
        same = dpkg_status.bare(change.name) == package.name
        if same and change.new and change.new != package.version:
            return replace(package, version=change.new, origin=change.origin)
    return package


def confirm_unchanged(settings: Settings, plan: Plan) -> None:
    """See that apt would do now what was shown then.

    Raises:
        Failure: it would do something else.
    """
    if plan.commands and _list_steps(validate(settings, plan, thorough=True)) != _list_steps(plan):
        raise Failure(
            "packages or lists have changed since this was planned; nothing was done",
            hint="run the same command again, and look at what it shows",
        )


def _list_steps(plan: Plan) -> set[tuple[str, str | None, str | None]]:
    # The listing gives no installed version of what is removed.
    return {
        (change.name, change.old if change.new else None, change.new)
        for change in plan.changes.all()
    }


def _origins_matter(settings: Settings) -> bool:
    policies = policy_file.load_policies(settings.environ)
    return any(rule.origin for policy in policies for rule in policy.rules)


def _refuse(plan: Plan, refusal: str) -> Plan:
    return plan.with_effects(Changes(), Effects(), (f"apt would not do this: {refusal}",), refusal)


def _refuse_removals(settings: Settings, found: Simulation) -> None:
    removed = {dpkg_status.bare(change.name) for change in found.changes.removed}
    needed = sorted(removed & dpkg_status.read(settings.environ).protected | set(found.essential))
    if needed:
        raise Failure(
            f"this would remove {', '.join(needed)}, without which the system does not work",
            hint="cortex does not do that; choose another package",
        )


def _find_conflicts(settings: Settings, changes: Changes) -> dict[str, list[str]]:
    """Removed package → what it conflicts with, where something is both removed and put in."""
    coming = [change.name for change in (*changes.new, *changes.upgraded)]
    going = [change.name for change in changes.removed]
    if not coming or not going:
        return {}
    return conflicts.find_conflicts(
        apt.read_records(settings.environ, [*coming, *going]), coming, going
    )


def _list_warnings(
    found: Simulation, foreseen: Effects, against: Mapping[str, list[str]]
) -> Iterator[str]:
    changes = found.changes
    for name, others in against.items():
        yield f"removes {name}, which conflicts with {_join_names(others)}"
    if rest := [change.name for change in changes.removed if change.name not in against]:
        yield f"removes {_join_names(rest)}"
    if found.downgraded:
        yield f"goes back to older versions of {_join_names([each.name for each in found.downgraded])}"
    if foreseen.ports:
        yield f"opens {', '.join(foreseen.ports)}"
    if foreseen.unknown:
        yield f"not known beforehand: services and ports of {_join_names(foreseen.unknown)}"
    if not found.complete:
        yield INCOMPLETE
    wanted = (changes.download_bytes or 0) + max(changes.disk_bytes or 0, 0)
    free = shutil.disk_usage("/").free
    if wanted and wanted + SPARE_BYTES > free:
        yield f"needs {wanted // 10**6} MB, and {free // 10**6} MB are free"


def _join_names(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
