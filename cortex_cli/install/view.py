"""Prints a plan for a person: what would happen on stderr, the commands on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.install.plan import Change, Plan

DRY_RUN_NOTE = "(Dry run mode - commands not executed)"
MAX_ALTERNATIVES = 5
MAX_NAMES = 20


def show(plan: Plan) -> None:
    """Print everything but the note that nothing was run."""
    for package in plan.packages:
        state = f", installed: {package.installed}" if package.installed else ""
        origin = f"{package.origin}{state}".removeprefix(", ")
        output.talk(f"{package.name} {package.version or 'to be removed'} ({origin})")
    if plan.alternatives:
        others = ", ".join(plan.alternatives[:MAX_ALTERNATIVES])
        output.talk(f"Alternatives: {others}")
    for line in _list_effects(plan):
        output.talk(line)
    for warning in plan.warnings:
        output.talk_styled([("warning: ", output.YELLOW), (warning, None)])
    output.data("Generated commands:")
    for command in plan.format_commands():
        output.data(f"  {command}")
    if not plan.commands:
        output.data("  # nothing to do: everything is installed")


def _list_effects(plan: Plan) -> Iterator[str]:
    changes = plan.changes
    if changes.new:
        yield f"New: {_join_names(changes.new)}"
    if changes.upgraded:
        yield f"Changed: {_join_names(changes.upgraded)}"
    if changes.removed:
        yield f"Removed: {_join_names(changes.removed)}"
    sizes = []
    if changes.download_bytes is not None and changes.all():
        sizes.append(f"{format_size(changes.download_bytes)} to download")
    if changes.disk_bytes:
        verb = "used" if changes.disk_bytes > 0 else "freed"
        sizes.append(f"{format_size(abs(changes.disk_bytes))} of disk space {verb}")
    if sizes:
        yield f"Size: {', '.join(sizes)}"
    if plan.effects.services:
        yield f"Services: {', '.join(plan.effects.services)}"
    if plan.effects.ports:
        yield f"Ports: {', '.join(plan.effects.ports)}"
    if plan.effects.files:
        more = len(plan.effects.files) - MAX_NAMES
        rest = f" and {more} more" if more > 0 else ""
        yield f"Files below /etc: {', '.join(plan.effects.files[:MAX_NAMES])}{rest}"


def format_size(count: int) -> str:
    """Return a number of bytes in a readable decimal unit, such as ``1.5 MB``."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 100 or unit == "B" else f"{value:.1f} {unit}"


def _join_names(changes: tuple[Change, ...]) -> str:
    more = len(changes) - MAX_NAMES
    names = [_format_change(change) for change in changes[:MAX_NAMES]]
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _format_change(change: Change) -> str:
    if change.old and change.new:
        return f"{change.name} {change.old} → {change.new}"
    return f"{change.name} {change.new or change.old}"
