"""The catalogue's entries: read from YAML, checked, and kept.

An entry says how a message is recognised, what it means, its usual causes, how to tell
which, and what to do, in English, French and Spanish.  What is missing or misspelt in a file
is an error that names the file and the entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import compiled
from cortex_cli.error_texts.patterns import Pattern, compile_pattern, fold, may_match, pattern
from cortex_cli.expressions import expression
from cortex_cli.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOLDER = Path(__file__).with_name("catalogue")
LANGUAGES = ("en", "fr", "es")
FIELDS = frozenset(
    {
        *("id", "match", "also", "unless", "rank", "names"),
        *("means", "causes", "confirm", "remedy", "commands"),
    }
)
MAX_RANK = 100
_ID = expression(r"[a-z0-9][a-z0-9-]*\Z")


class CatalogueError(ValueError):
    """A file of the catalogue is wrong; the message names file, entry and field."""


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Entry:
    """One error text.  ``means``, ``causes`` and ``remedy`` by language; see docs of the room."""

    id: str
    match: tuple[Pattern, ...]
    rank: int
    means: Mapping[str, str]
    remedy: Mapping[str, str]
    causes: Mapping[str, tuple[str, ...]]
    also: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    names: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Catalogue:
    """Every entry by its id, and the ids by the names that a person may ask for.

    ``needs`` says of every entry what its patterns need, so that none is read in vain.
    """

    entries: Mapping[str, Entry]
    names: Mapping[str, str]
    needs: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]

    def find_possible(self, folded_text: str) -> Iterator[Entry]:
        """The entries one of whose patterns may match ``folded_text`` (see ``patterns.fold``)."""
        for name, patterns in self.needs:
            if any(may_match(needs, folded_text) for needs in patterns):
                yield self.entries[name]


@lru_cache(1)
def load() -> Catalogue:
    """The catalogue as shipped, from the compiled copy if there is one.

    Raises:
        CatalogueError: a file does not hold what it should.
    """
    return compiled.load(FOLDER.parent, Catalogue, parse)


def parse() -> Catalogue:
    """The catalogue as shipped, from its files.

    Raises:
        CatalogueError: a file does not hold what it should.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = []
    for path in sorted(FOLDER.glob("*.yaml")):
        with path.open(encoding="utf-8") as stream:
            files.append((path.name, yaml.load(stream, Loader=loader)))  # noqa: S506 - a safe one
    return build(files, check=False)


def build(files: Iterable[tuple[str, object]], *, check: bool = True) -> Catalogue:
    """The catalogue that ``files`` (name, parsed document) make up.

    ``check`` compiles every pattern: of the catalogue as shipped, a test does so.

    Raises:
        CatalogueError: an entry lacks a field, repeats an id or a name, or has a bad pattern.
    """
    entries: dict[str, Entry] = {}
    names: dict[str, str] = {}
    for file, document in files:
        if not isinstance(document, list):
            raise CatalogueError(f"{file}: a list of entries is wanted")
        for number, raw in enumerate(document, 1):
            entry = _entry(f"{file}: entry {number}", raw)
            if check:
                _check_patterns(file, entry)
            if entry.id in entries:
                raise CatalogueError(f"{file}: id {entry.id} is used twice")
            entries[entry.id] = entry
            for name in (entry.id.replace("-", " "), *entry.names):
                names.setdefault(name, entry.id)
    needs = ((name, tuple(one.needs for one in entry.match)) for name, entry in entries.items())
    return Catalogue(Shelf.of(entries), names, tuple(needs))


def _entry(where: str, raw: object) -> Entry:
    if not isinstance(raw, dict):
        raise CatalogueError(f"{where}: a mapping is wanted")
    name = raw.get("id")
    if not isinstance(name, str) or not _ID.match(name):
        raise CatalogueError(f"{where}: id must be lower-case words joined by -, not {name!r}")
    where = f"{where} ({name})"
    if unknown := sorted(set(map(str, raw)) - FIELDS):
        raise CatalogueError(f"{where}: unknown field {unknown[0]}")
    rank = raw.get("rank")
    if not isinstance(rank, int) or not 0 <= rank <= MAX_RANK:
        raise CatalogueError(f"{where}: rank must be 0 to {MAX_RANK}, not {rank!r}")
    return Entry(
        id=name,
        match=_patterns(where, "match", raw),
        also=_patterns(where, "also", raw),
        unless=_patterns(where, "unless", raw),
        rank=rank,
        names=tuple(fold(alias) for alias in _strings(where, "names", raw.get("names", []))),
        means=_sentences(where, "means", raw),
        remedy=_sentences(where, "remedy", raw),
        causes=_lists(where, raw),
        confirm=_strings(where, "confirm", raw.get("confirm", [])),
        commands=_strings(where, "commands", raw.get("commands", [])),
    )


def _strings(where: str, field: str, value: object) -> tuple[str, ...]:
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
        raise CatalogueError(f"{where}: {field} must be a list of texts")
    return tuple(str(one) for one in value)


def _patterns(where: str, field: str, raw: Mapping[str, object]) -> tuple[Pattern, ...]:
    return tuple(pattern(source) for source in _strings(where, field, raw.get(field, [])))


def _check_patterns(file: str, entry: Entry) -> None:
    for field in ("match", "also", "unless"):
        for one in getattr(entry, field):
            try:
                compile_pattern(one.source)
            except re.error as error:
                where = f"{file}: {entry.id}: {field}"
                raise CatalogueError(f"{where}: {one.source!r}: {error}") from error


def _sentences(where: str, field: str, raw: Mapping[str, object]) -> dict[str, str]:
    value = raw.get(field)
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise CatalogueError(f"{where}: {field} must say en, fr and es")
    if not all(isinstance(text, str) and text.strip() for text in value.values()):
        raise CatalogueError(f"{where}: {field} has an empty text")
    return {language: text.strip() for language, text in value.items()}


def _lists(where: str, raw: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    value = raw.get("causes")
    if value is None:
        return dict.fromkeys(LANGUAGES, ())
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise CatalogueError(f"{where}: causes must be given in en, fr and es")
    done = {language: _strings(where, "causes", texts) for language, texts in value.items()}
    if len({len(texts) for texts in done.values()}) != 1:
        raise CatalogueError(f"{where}: causes differ in number between the languages")
    return done
