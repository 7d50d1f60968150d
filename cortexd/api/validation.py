"""Convert plain values to typed ones, with errors that a person can act on.

Serves the commands' parameters and the configuration alike: says which name is wrong,
its value, what would be valid, and which name was probably meant.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from cortexd.api.errors import find_nearest, quote

T = TypeVar("T")

_REASON_AND_PATH = re.compile(r"^(?P<reason>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$", re.DOTALL)


class Problem(NamedTuple):
    """What is wrong: the path of names to it, a sentence without its subject, a hint."""

    path: tuple[str, ...]
    reason: str
    hint: str | None


class Invalid(Exception):
    """A value does not fit its type."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def convert(value: Any, to: type[T]) -> T:
    """Make a ``to`` of plain values, strictly.

    Raises:
        Invalid: with the first problem found.
    """
    try:
        return msgspec.convert(value, to, dec_hook=_convert_path)
    except msgspec.ValidationError as error:
        raise Invalid(_explain(str(error), value, to)) from error


def _convert_path(to: type[Any], value: Any) -> Any:
    if to is Path and isinstance(value, str):
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # ~USER for an unknown user
            raise ValueError(str(error)) from error
    raise ValueError(f"Expected `str`, got `{type(value).__name__}`")


def _explain(message: str, value: Any, to: type[Any]) -> Problem:
    match = _REASON_AND_PATH.match(message)
    reason = match["reason"] if match else message
    path = tuple(a or b for a, b in _STEP.findall((match and match["path"]) or ""))
    if unknown := _UNKNOWN.match(reason):
        valid = _list_names(to, path)
        guess = find_nearest(unknown["name"], valid)
        names = f"valid names: {', '.join(valid)}" if valid else "no names are valid here"
        return Problem(
            (*path, unknown["name"]), "is unknown", f"did you mean {guess}?" if guess else names
        )
    if missing := _MISSING.match(reason):
        return Problem((*path, missing["name"]), "is missing", None)
    if not path:
        return Problem(path, reason, None)
    if isinstance(member := _value_at(value, path), dict) and not reason.startswith("Expected"):
        return Problem(path, f"is invalid: {reason}", None)  # showing it whole may show a secret
    return Problem(path, f"is {quote(member)}: {_simplify(reason)}", None)


def _simplify(reason: str) -> str:
    text = reason.replace("`", "").replace("Expected", "expected")
    return text[0].lower() + text[1:]


def _value_at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)]
    return value


def _list_names(to: type[Any], path: tuple[str, ...]) -> list[str]:
    """Names that are valid in the struct at ``path``."""
    for step in path:
        if step.isdigit():
            continue
        annotation = next(
            (f.type for f in msgspec.structs.fields(to) if f.encode_name == step), None
        )
        to = _find_struct(annotation) or to
    return [field.encode_name for field in msgspec.structs.fields(to)]


def _find_struct(annotation: Any) -> type[Any] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    inner = (_find_struct(arg) for arg in getattr(annotation, "__args__", ()))
    return next((struct for struct in inner if struct), None)
