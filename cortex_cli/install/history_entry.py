"""One entry of the history: a plan, its outcome, and its form in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cortex_cli.debian import dpkg_status
from cortex_cli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.debian.dpkg_status import Versions

Kind = Literal["install", "rollback"]
State = Literal["dry run", "running", "done", "failed", "interrupted", "broken off"]

FIELDS = (
    "id, kind, request, plan, undoes, who, state, began, ended, before, after, output, "
    "failed_command, exit_status"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One install or rollback; ``failed_command`` counts from 0, times are seconds since 1970."""

    id: int
    kind: Kind
    request: str
    plan: dict[str, Any]
    undoes: int | None
    who: str
    state: State
    began: float
    ended: float | None
    before: Versions
    after: Versions | None
    output: str
    failed_command: int | None
    exit_status: int | None
    sealed: bool = True  # as this program wrote it

    def as_json(self) -> dict[str, Any]:
        """Return the entry for ``--json``."""
        values = {name: getattr(self, name) for name in FIELDS.split(", ")}
        after = None if self.after is None else dpkg_status.as_json(self.after)
        return {**values, "before": dpkg_status.as_json(self.before), "after": after}


def from_row(row: Sequence[Any], *, sealed: bool = False) -> Entry:
    """Build the entry from a row of ``FIELDS``.

    Raises:
        Failure: it is not an entry that this program wrote.
    """
    values = dict(zip(FIELDS.split(", "), row, strict=True))
    try:
        after = values["after"] and dpkg_status.from_json(json.loads(values["after"]))
        before = dpkg_status.from_json(json.loads(values["before"]))
        plan = json.loads(values["plan"])
        if not isinstance(plan, dict):
            raise TypeError("a plan is an object")
    except (AttributeError, TypeError, ValueError) as error:
        raise Failure(
            f"entry {values['id']} of the history cannot be read: another program changed it",
            hint="move the history away: cortex begins a new one",
        ) from error
    return Entry(**{**values, "plan": plan, "before": before, "after": after}, sealed=sealed)
