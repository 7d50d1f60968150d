"""Commands of an entry, filled in: argv lists whose values are data, and their effect.

A template is a line of plain words and ``|``; no other shell syntax.  What each program does
is in ``programs.yaml``.  Pure: nothing is run.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import compiled
from cortex_cli.error_texts.placeholders import SLOT
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS, ShownCommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TABLE = Path(__file__).with_name("programs.yaml")
# Least to most: a pipeline is of the class of its strongest part.
CLASSES = (READS, CHANGES, LEAVES, DESTROYS)
OF_THE_SYSTEM = ("/etc/", "/var/", "/usr/", "/boot")
# A statement that only asks; php is here for "occ status" and the like.
_QUERY = expression(
    r"(?:\\d|select|show|explain|describe|\.tables|pragma \w+\Z|status\Z|config:system:get"
    r"|db\.(?:version|getUsers|serverStatus)\b|rs\.status\b)",
    re.IGNORECASE,
)
_SAFE = expression(r"[\w@%+=:,./\\~-]+\Z")


@dataclass(frozen=True, slots=True)
class Programs:
    """The table, by what it says."""

    reads: frozenset[str]
    reads_with: Mapping[str, frozenset[str]]
    changes_with: Mapping[str, frozenset[str]]
    queries: frozenset[str]
    destroys: frozenset[str]
    leaves: frozenset[str]
    needs_root: frozenset[str]
    needs_root_to_read: frozenset[str]
    packages: Mapping[str, str]


@lru_cache(1)
def programs() -> Programs:
    """The table as shipped."""
    raw = compiled.read_yaml(TABLE)
    return Programs(
        reads=_words(raw["reads"]),
        reads_with={program: _words(text) for program, text in raw["reads_with"].items()},
        changes_with={program: _words(text) for program, text in raw["changes_with"].items()},
        queries=_words(raw["queries"]),
        destroys=_words(raw["destroys"]),
        leaves=_words(raw["leaves"]),
        needs_root=_words(raw["needs_root"]),
        needs_root_to_read=_words(raw["needs_root_to_read"]),
        packages=raw["packages"],
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def fill_command(template: str, values: Mapping[str, str]) -> ShownCommand:
    """``template`` with ``values`` in its slots; what is missing is a word in capitals."""
    pipeline: list[tuple[str, ...]] = []
    argv: list[str] = []
    for word in shlex.split(template):
        if word == "|":
            pipeline.append(tuple(argv))
            argv = []
        else:
            argv.append(SLOT.sub(lambda slot: _value(slot, values), word))
    pipeline.append(tuple(argv))
    return ShownCommand(
        pipeline=tuple(pipeline),
        text=SLOT.sub(lambda slot: _value(slot, values), template),
        effect=max((effect_of(one) for one in pipeline), key=CLASSES.index),
        needs_root=any(needs_root(one) for one in pipeline),
        package=programs().packages.get(pipeline[0][0], ""),
    )


def _value(slot: re.Match[str], values: Mapping[str, str]) -> str:
    """A value that needs no quotes in a shell and is no option, else the default."""
    value = values.get(slot["name"], "")
    if value and _SAFE.match(value) and not value.startswith(("-", "~")):
        return value
    default = slot["default"]
    return default if default is not None else str(slot["name"]).upper()


def effect_of(argv: Sequence[str]) -> str:
    """The class of one command: reads, changes, destroys or leaves the machine."""
    table = programs()
    program, rest = argv[0].rsplit("/", 1)[-1], argv[1:]
    verb = rest[0] if rest else ""
    if program in table.leaves or (program == "systemctl" and verb in table.leaves):
        return LEAVES
    changing = table.changes_with.get(program, frozenset())
    changes = any(word in changing or word.split("=")[0] in changing for word in rest)
    changes = changes or (program == "sysctl" and any("=" in word for word in rest))
    reads = program in table.reads
    if program in table.reads_with:
        verbs = table.reads_with[program]
        reads = not verb or not verbs or verb in verbs
    if program in table.queries and any(_QUERY.match(word) and ";" not in word for word in rest):
        reads = True
    if reads and not changes:
        return READS
    return DESTROYS if program in table.destroys else CHANGES


def needs_root(argv: Sequence[str]) -> bool:
    """True where an ordinary user is refused, or shown nothing."""
    table = programs()
    program = argv[0].rsplit("/", 1)[-1]
    if "--user" in argv:
        return False
    if effect_of(argv) == READS:
        return program in table.needs_root_to_read
    return program in table.needs_root or any(word.startswith(OF_THE_SYSTEM) for word in argv[1:])
