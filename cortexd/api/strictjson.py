"""JSON exactly as defined by RFC 8259: the daemon's only reader and writer.

Refused, with a message that says what and where: invalid UTF-8, duplicate keys, NaN and
Infinity, lone surrogates, raw control characters, nesting deeper than the
parser allows, numbers too long to be real.  Knows nothing of requests.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.json import encode

from cortexd.api.errors import InvalidJson, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

# Integers past 2^53 lose digits in most JSON readers; hundreds of digits are an attack on
# int(), which is quadratic.
MAX_NUMBER_CHARS = 32
# Deep enough for any JSON schema, and far from where recursion anywhere else would end.
MAX_DEPTH = 128

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise InvalidJson(f"duplicate key {quote(name)} in one object", key=name)
            seen.add(name)
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not JSON; use null or a number")


def _parse_integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_CHARS:
        raise InvalidJson(f"a number has {len(digits)} digits; the limit is {MAX_NUMBER_CHARS}")
    return int(digits)


def _parse_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise InvalidJson(f"the number {quote(digits)} is out of range")
    return value


_decode = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_constant=_refuse_constant,
    parse_int=_parse_integer,
    parse_float=_parse_float,
).decode


def loads(data: bytes) -> Any:
    """Parse one JSON text.

    Raises:
        InvalidJson: with the reason and, where known, the byte or character position.
    """
    try:
        value = _decode(data.decode())
    except UnicodeDecodeError as error:
        raise InvalidJson(
            f"invalid UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            offset=error.start,
        ) from error
    except json.JSONDecodeError as error:
        raise InvalidJson(
            f"not JSON: {error.msg} at character {error.pos}", offset=error.pos
        ) from error
    except RecursionError as error:
        raise _depth_error() from error
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _refuse_depth(value)
    if _SURROGATE_ESCAPE.search(data):
        _refuse_lone_surrogates(value)
    return value


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [member for container in level for member in _members(container)]
        if not level:
            return
    raise _depth_error()


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _depth_error() -> InvalidJson:
    return InvalidJson(f"nested more than {MAX_DEPTH} levels deep", limit=MAX_DEPTH)


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidJson(
            f"lone surrogate \\u{ord(error.object[error.start]):04x} in a string"
        ) from error


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON; non-finite numbers become null."""
    try:
        return encode(value)
    except UnicodeEncodeError:  # a lone surrogate that came from a file name or from upstream
        return json.dumps(value, separators=(",", ":")).encode()
