"""Regular expressions that are compiled when they are first needed.

A command imports hundreds of them and uses a few; compiling one takes up to three milliseconds.
Many begin with words of one language: a text that begins with none of them is ruled out before
anything is compiled.  Knows no expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    from re import Match, Pattern

_PLAIN = frozenset(" '-,:;!<>=&%#@/\"~`_¿¡")
# More beginnings than these take longer to try than they save.
MOST_OPENINGS = 64


class _LazyPattern:
    """Stands for an ``re.Pattern``; a method, once compiled, is an attribute of this object."""

    def __init__(self, source: object, flags: int) -> None:
        self._source, self._flags = source, flags

    def match(self, text: str, *places: int) -> Match[str] | None:
        """As of an ``re.Pattern``."""
        return self._compile().match(text, *places) if self._may_begin(text, places) else None

    def fullmatch(self, text: str, *places: int) -> Match[str] | None:
        """As of an ``re.Pattern``."""
        return self._compile().fullmatch(text, *places) if self._may_begin(text, places) else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy and pickle ask before there is a source
            raise AttributeError(name)
        if name == "_openings":
            value: Any = openings(self._source) if isinstance(self._source, str) else ()
        else:
            value = getattr(self._compile(), name)
        setattr(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        """True for the pattern that this one stands for: ``match.re``."""
        return self is other or self._compile() == other

    def __hash__(self) -> int:
        return hash(self._compile())

    def _may_begin(self, text: str, places: tuple[int, ...]) -> bool:
        return bool(places or self._flags or not self._openings or text.startswith(self._openings))

    def _compile(self) -> Pattern[str]:
        compiled = re.compile(cast("str", self._source), self._flags)
        self.__dict__.update(match=compiled.match, fullmatch=compiled.fullmatch)
        return compiled


def expression(source: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """What ``re.compile`` returns, compiled when it is needed; a faulty ``source`` fails then."""
    return cast("Pattern[AnyStr]", _LazyPattern(source, flags))


def openings(source: str) -> tuple[str, ...]:
    """Texts with one of which whatever ``source`` matches begins; empty where they are unknown."""
    texts: list[str] = []
    for branch in _branches(source):
        begun = _branch_openings(branch)
        if not begun:
            return ()
        texts += begun
    return tuple(dict.fromkeys(texts)) if len(texts) <= MOST_OPENINGS else ()


def _branch_openings(branch: str) -> tuple[str, ...]:
    if not branch.startswith(("(?:", "(?P<")):
        plain = _plain(branch)
        if plain or branch[1:2] != "?" or not _is_plain(branch[0]):
            return (plain,) if plain else ()
        rest = openings(branch[2:])  # "¿?que"
        return (branch[0], *rest) if rest else ()
    end = _end_of_group(branch, 0)
    start = branch.index(">") + 1 if branch.startswith("(?P<") else len("(?:")
    begun = openings(branch[start:end])
    after = branch[end + 1 : end + 2]
    if not begun or after in ("*", "{"):
        return ()
    if after != "?":
        return begun
    rest = openings(branch[end + 2 :])
    return (*begun, *rest) if rest else ()


def _plain(branch: str) -> str:
    """The plain characters that ``branch`` begins with."""
    end = 0
    while end < len(branch) and _is_plain(branch[end]):
        end += 1
    return branch[: max(end - 1, 0)] if branch[end : end + 1] in ("?", "*", "{") else branch[:end]


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign in _PLAIN


def _branches(source: str) -> list[str]:
    """The alternatives of ``source`` outside of its groups."""
    alternatives, begin, place = [], 0, 0
    while place < len(source):
        if source[place] == "|":
            alternatives.append(source[begin:place])
            begin = place + 1
        place = _skip(source, place)
    return [*alternatives, source[begin:]]


def _end_of_group(source: str, place: int) -> int:
    """Where the group that begins at ``place`` ends."""
    place += 1
    while place < len(source) and source[place] != ")":
        place = _skip(source, place)
    return place


def _skip(source: str, place: int) -> int:
    """The place after the sign, the escape, the class or the group at ``place``."""
    if source[place] == "(":
        return _end_of_group(source, place) + 1
    if source[place] == "\\":
        return place + 2
    if source[place] != "[":
        return place + 1
    place += 2 if source[place + 1 : place + 2] == "^" else 1
    place += source[place : place + 1] == "]"  # as the first of a class it is a sign like others
    while place < len(source) and source[place] != "]":
        place += 2 if source[place] == "\\" else 1
    return place + 1
