"""Checks a proposal: what apt would do with it, its effects, and warnings.

Asks no model and changes nothing.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from cortex_cli.debian import dpkg_status
from cortex_cli.debian.dependents import find_dependents
from cortex_cli.errors import Failure
from cortex_cli.install import apt, conflicts, effects, privileges
from cortex_cli.install.plan import Changes, Effects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.debian.dpkg_status import State
    from cortex_cli.install.plan import Plan, PlannedPackage
    from cortex_cli.install.simulation import Simulation
    from cortex_cli.settings import Settings

# apt and dpkg need some space of their own on the root file system.
SPARE_BYTES = 50_000_000
MAX_NAMES = 12


def validate(settings: Settings, proposal: Plan, *, thorough: bool = False) -> Plan:
    """Return ``proposal`` with everything that apt would do, as this user can run it.

    ``thorough`` waits until apt has simulated every step, however long that takes; so does a
    policy with rules about origins, which only the steps say.

    Raises:
        Failure: it would remove a package that the system needs.
    """
    plan = proposal.with_root_prefix(privileges.root_prefix())
    if not plan.commands:
        return plan.with_effects(Changes(download_bytes=0, disk_bytes=0), Effects())
    status = cache(lambda: dpkg_status.read(settings.environ))

    def needs_steps() -> bool:
        if thorough or _origins_matter(settings):
            return True
        effects.load_table()
        status()
        return False

    try:
        simulation = apt.simulate(
            settings.environ, plan.commands[-1], needs_steps=needs_steps, for_execution=thorough
        )
    except Failure as error:
        return _refuse(plan, error.message)
    _refuse_removals(settings, simulation)
    if simulation.refusal:
        return _refuse(plan, simulation.refusal)
    installed = status().packages
    missing = [package.name for package in plan.packages if package.name not in installed]
    predicted = effects.predict_effects(simulation.changes.new, missing, simulation.uris)
    rivals = _find_conflicts(settings, simulation.changes)
    warnings = (
        *_describe_removals(settings, simulation.changes, rivals),
        *_list_warnings(simulation, predicted),
    )
    plan = plan.with_effects(_adopt_removed(simulation.changes, installed), predicted, warnings)
    packages = tuple(_adopt_version(package, simulation) for package in plan.packages)
    return replace(plan, packages=packages, warnings=(*proposal.warnings, *plan.warnings))


def _adopt_removed(changes: Changes, installed: Mapping[str, State]) -> Changes:
    """Return ``changes`` with the versions that go: apt lists those of the lists, or none."""
    removed = []
    for change in changes.removed:
        known = installed.get(dpkg_status.strip_architecture(change.name))
        removed.append(replace(change, old=known.version if known else change.old))
    return replace(changes, removed=tuple(removed))


def _adopt_version(package: PlannedPackage, simulation: Simulation) -> PlannedPackage:
    """Return ``package`` in apt's version: apt knows the pins, and the index may be older."""
    for change in (*simulation.changes.new, *simulation.changes.upgraded):
        same = dpkg_status.strip_architecture(change.name) == package.name
        if same and change.new and change.new != package.version:
            return replace(package, version=change.new, origin=change.origin)
    return package


def confirm_unchanged(settings: Settings, plan: Plan) -> None:
    """Check that apt would still do what was shown.

    Raises:
        Failure: it would do something else.
    """
    if plan.commands and _list_steps(validate(settings, plan, thorough=True)) != _list_steps(plan):
        raise Failure(
            "packages or lists have changed since this was planned; nothing was changed",
            hint="run the same command again and review the new plan",
        )


def _list_steps(plan: Plan) -> set[tuple[str, str | None, str | None]]:
    # The listing does not give the installed version of a removed package.
    return {
        (change.name, change.old if change.new else None, change.new)
        for change in plan.changes.all()
    }


def _origins_matter(settings: Settings) -> bool:
    from cortex_cli.install.policy import file as policy_file  # YAML loads while apt works

    policies = policy_file.load_policies(settings.environ)
    return any(rule.origin for policy in policies for rule in policy.rules)


def _refuse(plan: Plan, refusal: str) -> Plan:
    return plan.with_effects(Changes(), Effects(), (f"apt would not do this: {refusal}",), refusal)


def _refuse_removals(settings: Settings, simulation: Simulation) -> None:
    removed = {dpkg_status.strip_architecture(change.name) for change in simulation.changes.removed}
    if not removed and not simulation.essential:
        return
    protected = dpkg_status.read(settings.environ).protected
    needed = sorted(removed & protected | set(simulation.essential))
    if needed:
        raise Failure(
            f"this would remove {', '.join(needed)}, which the system needs",
            hint="choose another package",
        )


def _find_conflicts(settings: Settings, changes: Changes) -> dict[str, list[str]]:
    """Map removed packages to the new ones that conflict with them."""
    added = [change.name for change in (*changes.new, *changes.upgraded)]
    removed = [change.name for change in changes.removed]
    if not added or not removed:
        return {}
    records = apt.read_records(settings.environ, [*added, *removed])
    return conflicts.find_conflicts(records, added, removed)


def _describe_removals(
    settings: Settings, changes: Changes, rivals: Mapping[str, list[str]]
) -> Iterator[str]:
    """Yield a warning for each removal: why, and what depends on it."""
    removed = {
        change.name: dpkg_status.strip_architecture(change.name) for change in changes.removed
    }
    needed = find_dependents(settings.environ, set(removed.values())) if removed else {}
    quiet = []
    for name, bare in removed.items():
        others = list(needed.get(bare, ()))
        verb = "depend" if len(others) > 1 else "depends"
        note = f"; {_join_names(others)} {verb} on it" if others else ""
        if name in rivals:
            yield f"removes {name}, which conflicts with {_join_names(rivals[name])}{note}"
        elif note:
            yield f"removes {name}{note}"
        else:
            quiet.append(name)
    if quiet:
        yield f"removes {_join_names(quiet)}"


def _list_warnings(simulation: Simulation, predicted: Effects) -> Iterator[str]:
    changes = simulation.changes
    if simulation.downgrades:
        names = [change.name for change in simulation.downgrades]
        yield f"downgrades {_join_names(names)}"
    if predicted.ports:
        yield f"opens {', '.join(predicted.ports)}"
    if predicted.unknown:
        yield f"services and ports of {_join_names(predicted.unknown)} are unknown"
    needed = (changes.download_bytes or 0) + max(changes.disk_bytes or 0, 0)
    free = shutil.disk_usage("/").free
    if needed and needed + SPARE_BYTES > free:
        yield f"needs {needed // 10**6} MB; only {free // 10**6} MB are free"


def _join_names(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
