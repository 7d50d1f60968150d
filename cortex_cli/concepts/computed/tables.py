"""The texts of computed explanations that are too many for code: one YAML file for a module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cortex_cli import compiled


@cache
def load(name: str) -> dict[Any, Any]:
    """The parsed table of module ``name``: texts by language under each key."""
    table: dict[Any, Any] = compiled.read_yaml(Path(__file__).with_name(f"{name}.yaml"))
    return table
