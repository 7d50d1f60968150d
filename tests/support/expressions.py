"""Every regular expression of the three packages, and texts made to be slow for each of them.

``collect`` imports every module in a process of its own, where ``re.compile`` and ``expression``
record what they are given; expressions that stand in a call of ``re`` are read from the source.
"""

from __future__ import annotations

import ast
import json
import re
import re._parser as parser  # type: ignore[import-not-found]
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("cortexd", "cortex_cli", "cortex_llm")
ANCHORED = {"match", "fullmatch"}
CALLS = {"compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"}
UNBOUNDED = 100  # a repetition of fewer is part of a bounded expression
PROBES = " a0.-_/\t:=(\n,\"'A[]<>#"
SPOILERS = ("\x00",)

COLLECTOR = """
import importlib, json, pkgutil, re, sys
import cortex_cli.expressions as lazy
found = []
def record(original):
    def wrapper(pattern, flags=0):
        frame = sys._getframe(1)
        name = frame.f_globals.get("__name__", "")
        if isinstance(pattern, str) and name.partition(".")[0] in PACKAGES:
            found.append((name, frame.f_lineno, pattern, int(flags)))
        return original(pattern, flags)
    return wrapper
re.compile, lazy.expression = record(re.compile), record(lazy.expression)
for package in PACKAGES:
    for module in pkgutil.walk_packages([package], package + "."):
        if "__main__" not in module.name:
            try:
                importlib.import_module(module.name)
            except ImportError:
                pass  # extras that are not installed
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Expression:
    """``searched``: whether it is tried at every place of a text."""

    place: str
    pattern: str
    flags: int
    searched: bool


def collect() -> list[Expression]:
    """All of them, each once."""
    code = f"PACKAGES = {PACKAGES!r}\n{COLLECTOR}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    uses = {module: _Uses(path) for module, path in _modules()}
    found: dict[tuple[str, int, bool], Expression] = {}
    for module, line, pattern, flags in json.loads(done.stdout.splitlines()[-1]):
        searched = uses[module].is_searched(line)
        each = Expression(f"{module}:{line}", pattern, flags, searched)
        found.setdefault((pattern, flags, searched), each)
    for module, use in uses.items():
        for line, pattern, flags, searched in use.literals:
            each = Expression(f"{module}:{line}", pattern, flags, searched)
            found.setdefault((pattern, flags, searched), each)
    return list(found.values())


def _modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            parts = path.relative_to(CHECKOUT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


class _Uses:
    """How a module's expressions are used, as far as its source says."""

    def __init__(self, path: Path) -> None:
        self.literals: list[tuple[int, str, int, bool]] = []
        self._names: dict[int, str] = {}
        self._methods: dict[str, set[str]] = {}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and isinstance(node.value, ast.Call):
                    for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                        self._names[line] = target.id
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id != "re"
            ):
                self._methods.setdefault(node.value.id, set()).add(node.attr)
            if isinstance(node, ast.Call):
                self._note_literal(node)

    def is_searched(self, line: int) -> bool:
        """False where the name that the expression has is only matched at the beginning."""
        name = self._names.get(line, "")
        methods = self._methods.get(name, set()) & CALLS
        if not methods:  # one of a table, which a loop goes through
            methods = self._others() & CALLS
        return not methods or not methods <= ANCHORED

    def _others(self) -> set[str]:
        """The methods of what is no constant's name, and not ``re`` itself."""
        loops = (methods for name, methods in self._methods.items() if name.islower())
        return {each for methods in loops for each in methods}

    def _note_literal(self, node: ast.Call) -> None:
        call = node.func
        if not (
            isinstance(call, ast.Attribute)
            and isinstance(call.value, ast.Name)
            and call.value.id == "re"
            and call.attr in CALLS - {"compile"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            return
        named = {each.arg: each.value for each in node.keywords}
        flags = 0
        if "flags" in named or len(node.args) > 2:
            source = ast.unparse(named.get("flags", node.args[-1]))
            flags = sum(int(getattr(re, each)) for each in re.findall(r"\bre\.([A-Z]+)\b", source))
        searched = call.attr not in ANCHORED
        self.literals.append((node.lineno, node.args[0].value, flags, searched))


@dataclass(frozen=True)
class Recipe:
    """How a hostile text of any length is made."""

    lead: str
    unit: str
    spoiler: str

    def write(self, length: int) -> str:
        """A text of about ``length``."""
        return self.lead + self.unit * (length // len(self.unit)) + self.spoiler


def hostile_recipes(pattern: str, flags: int) -> list[Recipe]:
    """Texts that begin to match again and again, and then do not."""
    found: dict[Recipe, None] = {}
    for prefix, body in _repetitions(parser.parse(pattern, flags)):
        for lead, unit in ((prefix, body), ("", prefix + body), ("", prefix), ("", body)):
            if unit:
                found.update(dict.fromkeys(Recipe(lead, unit, spoiler) for spoiler in SPOILERS))
    return list(found)


def _repetitions(tree: Any) -> Iterator[tuple[str, str]]:
    """For each repetition without a bound: what leads to it, and some of what it repeats."""
    yield from _walk(list(tree), "")


def _walk(items: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for operation, value in items:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _low, high, body = value
            if high > UNBOUNDED:
                for unit in _units(body):
                    yield before, unit
            yield from _walk(list(body), before)
        elif name == "SUBPATTERN":
            yield from _walk(list(value[-1]), before)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _walk(list(value[1]), before)
        elif name == "ATOMIC_GROUP":
            yield from _walk(list(value), before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _walk(list(branch), before)
        before += _sample([(operation, value)])


def _units(body: Any) -> list[str]:
    """Some texts that ``body`` matches."""
    items = list(body)
    if len(items) == 1 and str(items[0][0]) in {"IN", "ANY", "NOT_LITERAL"}:
        return [sign for sign in PROBES if _accepts(items[0], sign)][:8] or [_sample(items)]
    if len(items) == 1 and str(items[0][0]) == "SUBPATTERN":
        return _units(items[0][1][-1])
    if len(items) == 1 and str(items[0][0]) == "BRANCH":
        return [unit for branch in items[0][1][1] for unit in _units(branch)[:2]][:8]
    sample = _sample(items)
    return [sample] if sample else []


def _accepts(item: Any, sign: str) -> bool:
    name, value = str(item[0]), item[1]
    if name == "ANY":
        return sign != "\n"
    if name == "NOT_LITERAL":
        return ord(sign) != value
    accepted, negated = False, False
    for kind, what in value:
        word = str(kind)
        if word == "NEGATE":
            negated = True
        elif word == "LITERAL":
            accepted |= ord(sign) == what
        elif word == "RANGE":
            accepted |= what[0] <= ord(sign) <= what[1]
        else:
            accepted |= bool(re.match(CATEGORIES[str(what)], sign))
    return accepted != negated


CATEGORIES = {
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def _sample(items: list[Any]) -> str:
    """A short text that these parts match, but for look-arounds and references."""
    text = ""
    for operation, value in items:
        name = str(operation)
        if name == "LITERAL":
            text += chr(value)
        elif name in {"IN", "ANY", "NOT_LITERAL"}:
            text += _sign(name, value)
        elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            text += _sample(list(value[2])) * min(value[0], 40)
        elif name == "SUBPATTERN":
            text += _sample(list(value[-1]))
        elif name == "ATOMIC_GROUP":
            text += _sample(list(value))
        elif name == "BRANCH":
            text += _sample(list(value[1][0]))
    return text


def _sign(name: str, value: Any) -> str:
    for sign in "a0 " + PROBES:
        if _accepts((name, value), sign):
            return sign
    for kind, what in value if name == "IN" else ():
        if str(kind) == "LITERAL":
            return chr(what)
        if str(kind) == "RANGE":
            return chr(what[0])
    return "\u00e9"
