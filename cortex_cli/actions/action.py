"""An action and the same filled in: argv pipelines, never a pasted line.

A template is split into words once, when the catalogue is read; a parameter's value goes into
its word whole, whatever it holds.  What would become an option gets ``./`` or is refused.
Runs nothing.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.finding import READS, ShownCommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SLOT = expression(r"(?<![%$]){([a-z_]\w*)(!?)}")
# A tilde that is not the first sign means nothing to a shell: HEAD~1.
_INNER = expression(r"\w[\w@%+=:,./~-]*\Z", re.ASCII)
_PATTERN = expression(r"[\w*?.,/@%+=:-]+\Z", re.ASCII)
_PLAIN = expression(r"~(?:/[\w@%+=:,./-]*)?\Z")
# What a shell leaves alone where it stands by itself, and what people escape.
_BARE_SIGNS = {"{}": "{}", "!": "!", "(": "\\(", ")": "\\)", ";": "\\;"}
_PATH_TYPES = frozenset({"path", "file", "folder", "archive", "files", "debfile"})


class Home(str):
    """A path whose leading ``~`` is the person's home, not data."""

    __slots__ = ()


class Glob(str):
    """A pattern that stands for the files it matches, where the command runs."""

    __slots__ = ()


class Unfillable(Exception):
    """A value that would be read as an option, or that a parameter lacks."""


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Parameter:
    """``kind`` is a name of ``parameters.KINDS``; ``default`` is None where a value is required."""

    name: str
    kind: str
    default: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One pipeline and the file that takes its output, if any."""

    pipeline: tuple[tuple[str, ...], ...]
    output: str = ""
    append: bool = False

    def text(self) -> str:
        """As a person would type it."""
        line = " | ".join(" ".join(quote(word) for word in argv) for argv in self.pipeline)
        if self.output:
            line += f" {'>>' if self.append else '>'} {quote(self.output)}"
        return line

    def argvs(self) -> tuple[tuple[str, ...], ...]:
        """The same to be run: homes are in their places; a ``Glob`` stays one."""
        return tuple(tuple(expand_home(word) for word in argv) for argv in self.pipeline)

    def expand_patterns(self, folder: Path) -> tuple[tuple[str, ...], ...]:
        """What to run in ``folder``: each pattern replaced by the files that it matches there."""
        return tuple(
            tuple(name for word in argv for name in _matches(word, folder)) for argv in self.argvs()
        )


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Action:
    """An entry of the catalogue.  Texts are by language; templates are words with slots."""

    name: str
    area: str
    phrases: Mapping[str, tuple[str, ...]]
    does: Mapping[str, str]
    run: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    effect: str = READS
    needs_root: bool = False
    package: str = ""
    check: str = ""
    undo: str = ""
    manual: tuple[str, ...] = ()
    general: bool = False
    # Concepts that add an option where they are said: "[ +follow -f ]".
    conditions: frozenset[str] = frozenset()
    # The values of each "[ ... ]" that has several: all of them, or the option is left out.
    options: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """What a runner can carry out; ``preview`` shows beforehand what would be destroyed."""

    name: str
    steps: tuple[Step, ...]
    does: str
    effect: str = READS
    needs_root: bool = False
    package: str = ""
    check: Step | None = None
    undo: Step | None = None
    preview: Step | None = None
    manual: tuple[str, ...] = ()

    def commands(self) -> tuple[ShownCommand, ...]:
        """Its steps as an answer shows them."""
        shown = [
            ShownCommand(step.argvs(), step.text(), self.effect, self.needs_root, self.package)
            for step in self.steps
        ]
        if self.preview is not None:
            shown.append(ShownCommand(self.preview.argvs(), self.preview.text(), READS))
        return tuple(shown)


def quote(word: str) -> str:
    """``word`` for a shell; a home stays ``~`` where that is the same."""
    if isinstance(word, Home) and _PLAIN.match(word):
        return str(word)
    if _INNER.match(word) or (isinstance(word, Glob) and _PATTERN.match(word)):
        return str(word)
    if word in _BARE_SIGNS:
        return _BARE_SIGNS[word]
    return shlex.quote(expand_home(word) if isinstance(word, Home) else word)


def _matches(word: str, folder: Path) -> list[str]:
    if not isinstance(word, Glob):
        return [word]
    names = sorted(glob(word, root_dir=folder))  # noqa: PTH207 - takes absolute patterns too
    return [f"./{name}" if name.startswith("-") else name for name in names] or [str(word)]


def expand_home(word: str) -> str:
    """``word`` with its home in place; anything else is data and stays."""
    if not isinstance(word, Home):
        return word
    return str(Path(str(word)).expanduser())


def fill(action: Action, values: Mapping[str, str], language: str) -> Filled:
    """``action`` with ``values`` in its slots.

    Raises:
        Unfillable: a required value is missing, or one would be read as an option.
    """
    complete = {
        name: one.default for name, one in action.parameters.items() if one.default is not None
    }
    complete.update(values)
    kinds = {name: one.kind for name, one in action.parameters.items()}
    steps = tuple(build_step(template, complete, kinds) for template in action.run)
    sentence = action.does.get(language) or action.does["en"]
    return Filled(
        name=action.name,
        steps=steps,
        does=_SLOT.sub(lambda slot: complete.get(slot[1], ""), sentence),
        effect=action.effect,
        needs_root=action.needs_root,
        package=action.package,
        check=_build_if_fillable(action.check, complete, kinds),
        undo=_build_if_fillable(action.undo, complete, kinds),
        manual=action.manual,
    )


def _build_if_fillable(
    template: str, values: Mapping[str, str], kinds: Mapping[str, str]
) -> Step | None:
    try:
        return build_step(template, values, kinds) if template else None
    except Unfillable:
        return None


def words_of(template: str) -> list[str]:
    """A template's words; quotes group them, ``|``, ``>`` and ``[ ]`` stand alone."""
    return shlex.split(template)


def build_step(template: str, values: Mapping[str, str], kinds: Mapping[str, str]) -> Step:
    """A step from a template.

    ``[ ... ]`` is left out when one of its values is missing, ``[ +concept ... ]`` when the
    concept is not said.

    Raises:
        Unfillable: a value is missing outside of brackets, or would be read as an option.
    """
    pipeline: list[list[str]] = [[]]
    output, append = "", False
    words = _resolve_brackets(words_of(template), values)
    place = 0
    while place < len(words):
        word = words[place]
        if word == "|":
            pipeline.append([])
        elif word in (">", ">>"):
            output, append = _fill_word(words[place + 1], values, kinds, []), word == ">>"
            place += 1
        elif word == "{files}" and "files" in values:
            pipeline[-1] += [_protect(one, "path", []) for one in values["files"].split("\0")]
        elif word == "{program}" and "\0" in values.get("program", ""):
            pipeline[-1] += values["program"].split("\0")
        else:
            pipeline[-1].append(_fill_word(word, values, kinds, pipeline[-1]))
        place += 1
    return Step(tuple(tuple(argv) for argv in pipeline if argv), output, append)


def _resolve_brackets(words: Sequence[str], values: Mapping[str, str]) -> list[str]:
    kept: list[str] = []
    inside: list[str] | None = None
    for word in words:
        if word == "[" and inside is None:
            inside = []
        elif word == "]" and inside is not None:
            needed = [slot for one in inside for slot, _ in _SLOT.findall(one)]
            needed += [one for one in inside if one.startswith("+")]
            if all(one in values for one in needed):
                kept += [one for one in inside if not one.startswith("+")]
            inside = None
        else:
            (kept if inside is None else inside).append(word)
    return kept


def _fill_word(
    word: str, values: Mapping[str, str], kinds: Mapping[str, str], before: Sequence[str]
) -> str:
    whole = _SLOT.fullmatch(word)
    for slot, _ in _SLOT.findall(word):
        if slot not in values:
            raise Unfillable(f"no value for {slot}")
        if "\0" in values[slot]:
            raise Unfillable(f"{slot} holds a null character")
    if whole is None:
        done = _SLOT.sub(lambda slot: expand_home(values[slot[1]]), word)
        if word.startswith("*"):
            return Glob(done)
        if done.startswith("-") and not word.startswith("-"):
            raise Unfillable(f"{done} would be read as an option")
        return done
    value = values[whole[1]]
    return value if whole[2] else _protect(value, kinds.get(whole[1], whole[1]), before)


def _protect(value: str, kind: str, before: Sequence[str]) -> str:
    """``value`` where a program would look for options."""
    if not value.startswith("-") or "--" in before:
        return value
    if kind in _PATH_TYPES:
        return f"./{value}"
    raise Unfillable(f"{value} would be read as an option")
