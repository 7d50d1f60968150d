"""The catalogue of concepts and differences: read from YAML, found by name.

Data only; knows nothing of questions.  A name belongs to one concept in each language.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli import compiled
from cortex_cli.concepts.naming import keys
from cortex_cli.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES = ("en", "fr", "es")
ROOM = Path(__file__).parent
DIFFERENCES = "differences.yaml"
MOST_KEYS = 4  # that one name has


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Concept:
    """One term; ``names`` and ``text`` by language, ``see`` the ids of related ones."""

    id: str
    names: Mapping[str, tuple[str, ...]]
    text: Mapping[str, str]
    see: tuple[str, ...] = ()
    command: str = ""
    package: str = ""

    def name(self, language: str) -> str:
        """What people call it in ``language``."""
        return self.names[language][0]


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Glossary:
    """``by_name`` holds, for each language, the id under each key of each name."""

    concepts: Mapping[str, Concept]
    differences: Mapping[frozenset[str], Mapping[str, str]]
    by_name: Mapping[str, Mapping[str, str]]

    def concept(self, name: str, language: str) -> Concept | None:
        """The concept that is called ``name``; the names of ``language`` go first."""
        name_keys = keys(name)
        order = (language, *(other for other in LANGUAGES if other != language))
        for key in name_keys:
            for spoken in order:
                if (known := self.by_name[spoken].get(key)) is not None:
                    return self.concepts[known]
        return None

    def difference(self, one: str, other: str) -> Mapping[str, str] | None:
        """What distinguishes two ids, by language."""
        return self.differences.get(frozenset((one, other)))


@lru_cache(1)
def load() -> Glossary:
    """The catalogue of this package, from the compiled copy if there is one."""
    return compiled.load(ROOM, Glossary, parse)


def parse() -> Glossary:
    """The catalogue of this package, from its files."""
    paths = [*sorted((ROOM / "catalogue").glob("*.yaml")), ROOM / DIFFERENCES]
    return build_from_files([(path.name, _read_yaml(path)) for path in paths])


def build_from_files(parsed: Iterable[tuple[str, Any]]) -> Glossary:
    """A glossary of parsed files, each with its name."""
    entries: list[Mapping[str, Any]] = []
    pairs: list[Mapping[str, Any]] = []
    for name, content in parsed:
        (pairs if name == DIFFERENCES else entries).extend(content or ())
    return build(entries, pairs)


def build(entries: Iterable[Mapping[str, Any]], pairs: Iterable[Mapping[str, Any]]) -> Glossary:
    """A glossary of parsed entries.

    Raises:
        ValueError: an id twice, or a difference of what is no concept.
    """
    concepts: dict[str, Concept] = {}
    for entry in entries:
        concept = _concept(entry)
        if concept.id in concepts:
            raise ValueError(f"concept {concept.id} is there twice")
        concepts[concept.id] = concept
    differences: dict[frozenset[str], Mapping[str, str]] = {}
    for pair in pairs:
        between = frozenset(pair["between"])
        if unknown := between - concepts.keys():
            raise ValueError(f"a difference of unknown concepts: {sorted(unknown)}")
        differences[between] = dict(pair["text"])
    return Glossary(Shelf.of(concepts), Shelf.of(differences), _index(concepts.values()))


def _concept(entry: Mapping[str, Any]) -> Concept:
    english = tuple(map(str, entry["names"]["en"]))
    names = {
        language: tuple(map(str, entry["names"].get(language, english))) for language in LANGUAGES
    }
    return Concept(
        id=entry["id"],
        names=names,
        text=dict(entry["text"]),
        see=tuple(entry.get("see", ())),
        command=entry.get("command", ""),
        package=entry.get("package", ""),
    )


def _index(concepts: Iterable[Concept]) -> dict[str, dict[str, str]]:
    """Literal names first, so that a folded form never hides another's name."""
    known = tuple(concepts)
    index: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for depth in range(MOST_KEYS):
        for concept in known:
            for language in LANGUAGES:
                for name in concept.names[language]:
                    for key in keys(name)[depth : depth + 1]:
                        index[language].setdefault(key, concept.id)
    return index


def _read_yaml(path: Path) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - a safe loader
