"""Ids that people search the journal by must neither change nor meet."""

from __future__ import annotations

import re
from pathlib import Path

from cortexd.events import Event

OPERATIONS = Path(__file__).resolve().parents[2] / "docs/operations.md"


def test_ids_are_distinct_and_well_formed() -> None:
    assert len({event.value for event in Event}) == len(Event)
    assert all(re.fullmatch(r"[0-9a-f]{32}", event.value) for event in Event)


def test_every_id_is_in_the_runbook() -> None:
    text = OPERATIONS.read_text()
    assert all(event.value in text for event in Event)
