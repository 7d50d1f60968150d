"""One entry of the history: a plan, its outcome, and its form in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cortex_cli.debian import dpkg_status

if TYPE_CHECKING:
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

    def as_json(self) -> dict[str, Any]:
        """Return the entry for ``--json``."""
        values = {name: getattr(self, name) for name in self.__slots__}
        after = None if self.after is None else dpkg_status.as_json(self.after)
        return {**values, "before": dpkg_status.as_json(self.before), "after": after}


def from_row(row: tuple[Any, ...]) -> Entry:
    """Build the entry from a row of ``FIELDS``."""
    values = dict(zip(FIELDS.split(", "), row, strict=True))
    after = None if values["after"] is None else dpkg_status.from_json(json.loads(values["after"]))
    before = dpkg_status.from_json(json.loads(values["before"]))
    return Entry(**{**values, "plan": json.loads(values["plan"]), "before": before, "after": after})
