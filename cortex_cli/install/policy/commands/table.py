"""The commands that only read, from ``table.txt``, and whether one is called as listed there.

An option is only accepted as it is written in the table: abbreviations and what is not known
leave the command to the policy's rules.  Unknown words are accepted where they cannot become an
option.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.install.policy.shell.values import Argument

TABLE = Path(__file__).with_name("table.txt")


@dataclass(frozen=True, slots=True)
class Form:
    """How a command may be called so that it has only ``effect``."""

    any: bool = False
    flags: str = ""
    values: str = ""
    long: frozenset[str] = frozenset()
    longv: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    wordsv: frozenset[str] = frozenset()
    need: str = ""
    without: str = ""
    operands: tuple[str, ...] = ("*",)
    verbs: tuple[str, ...] = ()
    effect: Effect = Effect.READS
    named: bool = False  # files are only named, their contents are not shown


class _NotListedError(Exception):
    """The call is not as the table has it."""


@cache
def load() -> dict[str, Form]:
    """Return the table."""
    forms: dict[str, Form] = {}
    for line in TABLE.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        names, _, rest = line.rpartition(": ")
        form = _parse_form(rest)
        forms |= dict.fromkeys(names.split(), form)
    return forms


def _parse_form(text: str) -> Form:
    head, marker, verbs = text.partition("verbs=")
    values: dict[str, str] = {}
    if marker:
        verbs, separator, effect = verbs.partition(" effect=")
        values |= {"effect": effect} if separator else {}
    for token in head.split():
        key, _, value = token.partition("=")
        values[key] = value
    lists = {key: frozenset(values.get(key, "").split(",")) - {""} for key in _LISTS}
    return Form(
        any="any" in values,
        named="named" in values,
        flags=values.get("flags", ""),
        values=values.get("values", ""),
        need=values.get("need", ""),
        without=values.get("without", ""),
        operands=tuple(values.get("operands", "*").split(",")),
        verbs=tuple(verbs.split(";")) if marker else (),
        effect=Effect(values.get("effect", "reads")),
        **lists,
    )


_LISTS = ("long", "longv", "words", "wordsv")


def find_operands(form: Form, words: Sequence[Argument]) -> list[Argument] | None:
    """Return the operands of a call; None if it is not as ``form`` has it."""
    if form.any:
        return list(words)
    seen: set[str] = set()
    try:
        operands = _read_words(form, list(words), seen)
    except _NotListedError:
        return None
    if form.need and not seen & {*form.need, *form.long}:
        return None
    return operands if _fits(form, operands) else None


def _read_words(form: Form, rest: list[Argument], seen: set[str]) -> list[Argument]:
    operands: list[Argument] = []
    while rest:
        word = rest.pop(0)
        if word == "--":
            return operands + rest
        if word.may_be_option:
            raise _NotListedError
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif word in form.words or word in form.wordsv:
            seen.add(word)
            if word in form.wordsv:
                _take_value(rest)
        elif word.startswith("--"):
            _read_long(form, word, rest, seen)
        else:
            _read_cluster(form, word, rest, seen)
    return operands


def _read_long(form: Form, word: Argument, rest: list[Argument], seen: set[str]) -> None:
    name, equals, _ = word[2:].partition("=")
    if name in form.longv:
        if not equals:
            _take_value(rest)
    elif name not in form.long:
        raise _NotListedError
    seen.add(name)


def _read_cluster(form: Form, word: Argument, rest: list[Argument], seen: set[str]) -> None:
    for place, letter in enumerate(word[1:], start=2):
        if letter in form.values:
            seen.add(letter)
            if not word[place:] and letter not in form.flags:
                _take_value(rest)
            return
        if letter.isdigit() and word[1:].isdigit() and "n" in form.values:
            return  # head -20, journalctl -20
        if letter not in form.flags:
            raise _NotListedError
        seen.add(letter)


def _take_value(rest: list[Argument]) -> None:
    if not rest or rest.pop(0).splits:
        raise _NotListedError


def _fits(form: Form, operands: Sequence[Argument]) -> bool:
    if form.without and any(form.without in word or not word.is_known for word in operands):
        return False
    if form.verbs:
        return any(_match_phrase(phrase.split(), operands) for phrase in form.verbs)
    if form.operands == ("none",):
        return not operands
    if form.operands[0].isdigit():
        return len(operands) <= int(form.operands[0]) and not any(word.splits for word in operands)
    return all(
        any(fnmatchcase(word.replace(UNKNOWN, "x"), pattern) for pattern in form.operands)
        for word in operands
    )


def _match_phrase(phrase: Sequence[str], operands: Sequence[Argument]) -> bool:
    """Compare word by word; a last ``*`` stands for one operand or more, another for one."""
    if phrase[-1:] == ["*"]:
        if len(operands) < len(phrase):
            return False
        operands = operands[: len(phrase)]
    return len(operands) == len(phrase) and all(
        word == "*" or (operand.is_known and operand == word)
        for word, operand in zip(phrase, operands, strict=True)
    )
