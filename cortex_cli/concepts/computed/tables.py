"""The texts of computed explanations that are too many for code: one YAML file for a module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[Any, Any]:
    """The parsed table of module ``name``: texts by language under each key."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("cortex_cli.concepts.computed").joinpath(f"{name}.yaml").read_text("utf-8")
    table: dict[Any, Any] = yaml.load(text, loader)  # noqa: S506 - a safe loader
    return table
