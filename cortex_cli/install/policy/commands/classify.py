"""What a call of a program does: its effects by the table, and what it runs in turn.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.commands import awk, curl, find, paths, sed, table
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.install.policy.shell.values import Argument

AWK = ("awk", "gawk", "mawk", "nawk", "original-awk")
_DECLARING = ("declare", "typeset", "local", "readonly", "export")
_SUBSCRIPT = expression(r"\w\[")
_RELEASE = frozenset("/etc/os-release /usr/lib/os-release /etc/lsb-release".split())  # noqa: SIM905 - reads better
_SED_FLAGS = frozenset("-n -E -r -s -u -z --quiet --silent --regexp-extended --posix".split())  # noqa: SIM905


@dataclass(slots=True)
class Reading:
    """The effects of a call, and the argument lists that it runs itself."""

    effects: set[Effect] = field(default_factory=set)
    runs: list[list[Argument]] = field(default_factory=list)


def classify(name: str, words: Sequence[Argument]) -> Reading | None:
    """Return what ``name WORDS`` does; None if the table does not have it so.

    Raises:
        UnreadableCommand: it shows that it does more than read, or hides what it does.
    """
    reading = _classify_special(name, words)
    form = table.load().get(name)
    if reading is None:
        operands = table.find_operands(form, words) if form else None
        if form is None or operands is None:
            return None
        reading = Reading({form.effect})
        if form.effect is Effect.WRITES:
            reading.effects = {effect for word in operands for effect in paths.judge_target(word)}
        elif form.effect is Effect.PROBES and not all(word.is_known for word in words):
            reading.effects = {Effect.NETWORK}  # what it asks for may be what it read
    named = (form is not None and form.named) or (name == "find" and not reading.runs)
    if not named and any(paths.is_secret(word) for word in words):
        reading.effects.add(Effect.SECRETS)
    reading.effects = reading.effects or {Effect.READS}
    return reading


def _classify_special(name: str, words: Sequence[Argument]) -> Reading | None:
    if name in AWK:
        return _read_awk(words)
    if name == "sed":
        return _read_sed(words)
    if name == "find":
        return Reading({Effect.READS}, find.read_find(words))
    if name == "xargs":
        return Reading({Effect.READS}, [find.read_xargs(words)])
    if name == "curl":
        return Reading(curl.read(words))
    if name in (".", "source"):
        if len(words) == 1 and words[0] in _RELEASE:
            return Reading()
        raise UnreadableCommand("a file that is read as a script does not show what it runs")
    if name == "getent" and words and words[0] not in ("passwd", "group", "services", "protocols"):
        return Reading({Effect.PROBES if all(word.is_known for word in words) else Effect.NETWORK})
    _check_builtin(name, words)
    return None


def _check_builtin(name: str, words: Sequence[Argument]) -> None:
    """Refuse builtins where they evaluate text, or run it."""
    options = "".join(word[1:] for word in words if word[:1] == "-" and word[:2] != "--")
    if name in _DECLARING and set("ni") & set(options):
        raise UnreadableCommand(f"{name} -n and -i evaluate the value")
    if name in ("mapfile", "readarray") and "C" in options:
        raise UnreadableCommand(f"{name} -C runs a command")
    if name in ("test", "[") and {"-v", "-R"} & set(words):
        raise UnreadableCommand("the test -v evaluates its operand")
    if name in ("read", "unset", "mapfile", "readarray", "getopts") or (
        name == "printf" and "v" in options
    ):
        for word in words:
            if _SUBSCRIPT.search(word) or (not word.is_known and name != "read"):
                raise UnreadableCommand(f"{name} evaluates the name of its variable")


def _read_awk(words: Sequence[Argument]) -> Reading:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.is_known:
            break
        if word[:2] in ("-F", "-v"):
            if not word[2:] and (not rest or rest.pop(0).splits):
                break
        elif word == "--":
            continue
        elif word[:1] == "-" and word != "-":
            raise UnreadableCommand(f"what awk {word} reads as its program is not shown")
        else:
            awk.check(word)
            return Reading()
    raise UnreadableCommand("awk's program is known only when it runs")


def _read_sed(words: Sequence[Argument]) -> Reading:
    rest = list(words)
    programs: list[Argument] = []
    operands: list[Argument] = []
    while rest:
        word = rest.pop(0)
        if word.may_be_option:
            raise UnreadableCommand("an option of sed is known only when it runs")
        letters = word[1:] if word[:1] == "-" and word[:2] != "--" else ""
        if letters[-1:] == "e" and set(letters[:-1]) <= set("nErsuz") and rest:
            programs.append(rest.pop(0))
        elif word.startswith("--expression="):
            programs.append(type(word)(word.partition("=")[2]) if word.is_known else word)
        elif word in _SED_FLAGS or (letters and set(letters) <= set("nErsuz")):
            continue
        elif word[:1] == "-" and word != "-":
            raise UnreadableCommand(f"sed {word} writes files, or hides its program")
        else:
            operands.append(word)
    programs = programs or operands[:1]
    if not programs or not all(program.is_known for program in programs):
        raise UnreadableCommand("sed's program is known only when it runs")
    sed.check("\n".join(programs))
    return Reading()
