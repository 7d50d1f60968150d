"""Reads the catalogue: YAML entries to ``Action``s, each checked as it is read.

The one place that knows the files' format; see the package's docstring for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cortex_cli.actions.action import Action, Parameter
from cortex_cli.actions.parameters import KINDS
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

CATALOGUE = Path(__file__).parent / "catalogue"
EFFECTS = frozenset({READS, CHANGES, DESTROYS, LEAVES})
LANGUAGES = (ENGLISH, FRENCH, SPANISH)
_KEYS = frozenset(
    {
        "id",
        *LANGUAGES,
        "does",
        "run",
        "params",
        "effect",
        "root",
        "package",
        "check",
        "undo",
        "man",
        "general",
    }
)
_CONDITION = expression(r"\[ \+(\w+) ")
_SLOT = expression(r"(?<![%$]){([a-z_]\w*)!?}")


class CatalogueError(ValueError):
    """An entry that breaks a rule; the message names file, entry and rule."""


@cache
def load(folder: Path = CATALOGUE) -> tuple[Action, ...]:
    """Every action of the catalogue, in the order of its files.

    Raises:
        CatalogueError: an entry breaks a rule.
    """
    actions = []
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.glob("*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - safe loaders
        actions += [_action(path.stem, entry) for entry in entries or ()]
    names = [action.name for action in actions]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CatalogueError(f"{twice}: two entries have this id")
    return tuple(actions)


def _action(area: str, entry: dict[str, Any]) -> Action:
    name = str(entry.get("id", "?"))
    if unknown := set(entry) - _KEYS:
        raise CatalogueError(f"{area}.yaml: {name}: unknown keys {sorted(unknown)}")
    phrases = {one: _texts(entry.get(one)) for one in LANGUAGES}
    if not all(phrases.values()):
        raise CatalogueError(f"{area}.yaml: {name}: phrases are needed in en, fr and es")
    does = entry.get("does", [])
    if len(does) != len(LANGUAGES):
        raise CatalogueError(f"{area}.yaml: {name}: does holds one line each in en, fr, es")
    run = _texts(entry.get("run"))
    effect = entry.get("effect", READS)
    if effect not in EFFECTS:
        raise CatalogueError(f"{area}.yaml: {name}: effect {effect} is none of {sorted(EFFECTS)}")
    slots = _SLOT.findall(" ".join((*run, *(text for texts in phrases.values() for text in texts))))
    given = {key: str(value) for key, value in (entry.get("params") or {}).items()}
    optional = set(_SLOT.findall(" ".join(part for one in run for part in _find_brackets(one))))
    parameters = {
        slot: _parameter(name, slot, given.get(slot, slot), slot in optional)
        for slot in dict.fromkeys(slots)
    }
    return Action(
        name=name,
        area=area,
        phrases=phrases,
        does=dict(zip(LANGUAGES, map(str, does), strict=True)),
        run=run,
        parameters=parameters,
        effect=effect,
        needs_root=bool(entry.get("root", False)),
        package=str(entry.get("package", "")),
        check=str(entry.get("check", "")),
        undo=str(entry.get("undo", "")),
        manual=_texts(entry.get("man")),
        general=bool(entry.get("general", False)),
        options=tuple(
            group
            for one in run
            for part in _find_brackets(one)
            if len(group := tuple(dict.fromkeys(_SLOT.findall(part)))) > 1
        ),
        conditions=frozenset(_CONDITION.findall(" ".join(run))),
    )


def _find_brackets(template: str) -> list[str]:
    parts = template.split(" [ ")[1:]
    return [part.split(" ]")[0] for part in parts]


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)


def _parameter(action: str, name: str, definition: str, optional: bool) -> Parameter:
    """``kind`` or ``kind=default``; a name that is a kind needs no word."""
    kind, equals, default = definition.partition("=")
    if kind not in KINDS:
        raise CatalogueError(f"{action}: {name}: {kind} is no kind of parameter")
    return Parameter(name, kind, default if equals else None, optional)
