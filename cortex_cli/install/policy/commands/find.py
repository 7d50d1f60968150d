"""Whether find and xargs only look, and what they run.  Pure.

Returns the argument lists that they would run; each is judged like any other, with the names
that they fill in unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument

if TYPE_CHECKING:
    from collections.abc import Sequence

_TESTS = frozenset(
    """
    -daystart -depth -d -mount -xdev -noleaf -ignore_readdir_race -noignore_readdir_race -follow
    -empty -executable -false -true -nogroup -nouser -readable -writable -print -print0 -ls -prune
    -quit -not -a -and -o -or ! ( ) , -nowarn -warn
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_VALUED = frozenset(
    """
    -maxdepth -mindepth -amin -anewer -atime -cmin -cnewer -ctime -fstype -gid -group -ilname -iname
    -inum -ipath -iregex -iwholename -links -lname -mmin -mtime -name -newer -path -perm -regex
    -regextype -samefile -size -type -uid -used -user -wholename -xtype -printf -context -newermt
    -newerct -newerat -newermm -newercc -newerma
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_RUNNING = ("-exec", "-execdir", "-ok", "-okdir")
_XARGS_FLAGS = frozenset("-0 -r -t -x --null --no-run-if-empty --verbose --exit".split())  # noqa: SIM905
_XARGS_VALUES = frozenset("-n -L -P -s -d -E -I".split())  # noqa: SIM905
FOUND = Argument(UNKNOWN)
GIVEN = Argument(UNKNOWN, splits=True)


def read_find(words: Sequence[Argument]) -> list[list[Argument]]:
    """Return what ``find WORDS`` runs.

    Raises:
        UnreadableCommand: it deletes or writes, or a word is not known here.
    """
    commands: list[list[Argument]] = []
    rest = list(words)
    in_paths = True
    while rest:
        word = rest.pop(0)
        if word.may_be_option:
            raise UnreadableCommand("an option of find is known only when it runs")
        if in_paths and (word in ("-H", "-L", "-P") or word[:1] not in ("-", "!", "(", ",")):
            continue
        in_paths = False
        if word in _RUNNING:
            commands.append(_read_command(rest))
        elif word in _VALUED:
            if not rest or rest.pop(0).splits:
                raise UnreadableCommand(f"the value of find {word} is known only when it runs")
        elif word not in _TESTS:
            raise UnreadableCommand(f"find {word} writes, deletes, or is not known here")
    return commands


def _read_command(rest: list[Argument]) -> list[Argument]:
    command: list[Argument] = []
    while rest:
        word = rest.pop(0)
        if word == ";" or (word == "+" and command[-1:] == [FOUND]):
            return command
        command.append(_fill(word, "{}", FOUND))
    raise UnreadableCommand("a command of find has no end")


def _fill(word: Argument, place: str, value: Argument) -> Argument:
    if place not in word:
        return word
    return Argument(word.replace(place, UNKNOWN), splits=word.splits or value.splits)


def read_xargs(words: Sequence[Argument]) -> list[Argument]:
    """Return what ``xargs WORDS`` runs.

    Raises:
        UnreadableCommand: an option is not known here.
    """
    rest = list(words)
    place = ""
    while rest and (rest[0].startswith("-") or rest[0].may_be_option):
        word = rest.pop(0)
        short, value = word[:2], word[2:]
        if not word.is_known:
            raise UnreadableCommand("an option of xargs is known only when it runs")
        if word == "--":
            break
        if word in _XARGS_FLAGS or set(word[1:]) <= set("0rtx"):
            continue
        if short not in _XARGS_VALUES or not (value or rest):
            raise UnreadableCommand(f"xargs {word} is not known here")
        value = value or str(rest.pop(0))
        place = value if short == "-I" else place
    command = rest or [Argument("echo")]
    if place:
        return [_fill(word, place, FOUND) for word in command]
    return [*command, GIVEN]
