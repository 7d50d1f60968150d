"""Reads the catalogue: YAML entries to ``Probe``s, each checked as it is read.

The one place that knows the files' format; see the package's docstring for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cortex_cli.actions.action import Action, Parameter
from cortex_cli.actions.parameters import KINDS
from cortex_cli.expressions import expression
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH
from cortex_cli.probes.probe import FOUND, Probe

CATALOGUE = Path(__file__).parent / "catalogue"
LANGUAGES = (ENGLISH, FRENCH, SPANISH)
_KEYS = frozenset(
    {"id", *LANGUAGES, "params", "read", "run", "root", "package", "value", "say", "source", "man"}
)
_READER = expression(r"[a-z_]+\.[a-z_]+\Z")
_SLOT = expression(r"(?<![%$]){([a-z_]\w*)!?}")


class CatalogueError(ValueError):
    """An entry that breaks a rule; the message names file, entry and rule."""


@cache
def load(folder: Path = CATALOGUE) -> dict[str, Probe]:
    """Every probe by its id, in the order of the files.

    Raises:
        CatalogueError: an entry breaks a rule.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    probes: dict[str, Probe] = {}
    for path in sorted(folder.glob("*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - safe loaders
        for entry in entries or ():
            probe = _probe(path.stem, entry)
            if probe.action.name in probes:
                raise CatalogueError(f"{probe.action.name}: two entries have this id")
            probes[probe.action.name] = probe
    return probes


def _probe(area: str, entry: dict[str, Any]) -> Probe:
    name = str(entry.get("id", "?"))
    where = f"{area}.yaml: {name}"
    if unknown := set(entry) - _KEYS:
        raise CatalogueError(f"{where}: unknown keys {sorted(unknown)}")
    phrases = {one: _texts(entry.get(one)) for one in LANGUAGES}
    if not all(phrases.values()):
        raise CatalogueError(f"{where}: phrases are needed in en, fr and es")
    reader = str(entry.get("read", ""))
    if not _READER.match(reader):
        raise CatalogueError(f"{where}: read is MODULE.FUNCTION, not {reader!r}")
    run = _texts(entry.get("run"))
    sentences = _sentences(where, entry.get("say") or {})
    action = Action(
        name=name,
        area=area,
        phrases=phrases,
        does=sentences[FOUND],
        run=run,
        parameters=_parameters(where, phrases, run, entry.get("params") or {}),
        needs_root=bool(entry.get("root", False)),
        package=str(entry.get("package", "")),
        manual=_texts(entry.get("man")),
    )
    return Probe(
        action, reader, str(entry.get("value", "")), sentences, str(entry.get("source", ""))
    )


def _sentences(where: str, cases: dict[str, Any]) -> dict[str, dict[str, str]]:
    if FOUND not in cases:
        raise CatalogueError(f"{where}: say needs the case {FOUND!r}")
    for case, texts in cases.items():
        if len(texts) != len(LANGUAGES):
            raise CatalogueError(f"{where}: say.{case} holds one text each in en, fr, es")
    return {
        case: dict(zip(LANGUAGES, map(str, texts), strict=True)) for case, texts in cases.items()
    }


def _parameters(
    where: str, phrases: dict[str, tuple[str, ...]], run: tuple[str, ...], given: dict[str, Any]
) -> dict[str, Parameter]:
    texts = (text for one in phrases.values() for text in one)
    named = _SLOT.findall(" ".join((*run, *texts)))
    parameters = {}
    for slot in dict.fromkeys((*named, *given)):
        kind, equals, default = str(given.get(slot, slot)).partition("=")
        if kind not in KINDS:
            raise CatalogueError(f"{where}: {slot}: {kind} is no kind of parameter")
        parameters[slot] = Parameter(slot, kind, default if equals else None)
    return parameters


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)
