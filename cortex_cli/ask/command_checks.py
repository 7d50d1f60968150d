"""What an answer claims about commands, checked against this machine.  Nothing is ever run.

Commands are found in code blocks, in `code`, and on lines of their own, and read by a shell
parser.  For each: the program exists here, or a package that has it is named; its options stand
in its manual; packages that it installs are in the index.  Whatever of that cannot be shown is
marked, never dropped: the reader judges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from shutil import which
from typing import TYPE_CHECKING, Any

from cortex_cli.ask import shell_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.ask.shell_parser import Command
    from cortex_cli.debian.manpages import Manual, Manuals
    from cortex_cli.packages.knowledge import Knowledge, Package

BUILTINS = frozenset(
    """
    . : [ alias bg bind break builtin caller cd command compgen complete continue declare dirs
    disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let
    local logout mapfile popd printf pushd pwd read readonly return set shift shopt source suspend
    test times trap true type typeset ulimit umask unalias unset wait [[
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Each takes packages after one of these.
APT = frozenset({"apt", "apt-get", "aptitude"})
APT_ACTIONS = frozenset({"install", "reinstall", "remove", "purge", "upgrade", "show", "download"})
SHELL_LANGUAGES = frozenset({"", "bash", "sh", "shell", "console", "shell-session", "terminal"})
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*(\S*)[^\n]*\n(.*?)(?:^[ \t]*\1|\Z)", re.M | re.S)
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\n]+)\1(?!`)")
_PROMPT = re.compile(r"^\s*(?:\w[\w@:~/.-]*)?[$#]\s+(?=\S)")
# What stands before a command in `code`: "run", "with the command".
_TOLD_TO = re.compile(
    r"\b(run|running|type|execute|command|lance[rz]?|exécute[rz]?|commande|ejecut\w+|comando)\W*$",
    re.IGNORECASE,
)
_BARE = re.compile(r"^\s*(?:[$]\s+|[-*]\s+|\d+[.)]\s+)?((?:sudo|apt|apt-get|systemctl|[$])\s.+)$")
_PROGRAM = re.compile(r"[a-z_][\w.+-]*\Z", re.IGNORECASE | re.ASCII)
_OPTION = re.compile(r"--?[A-Za-z?][\w-]*", re.ASCII)
_VALUE_BEHIND = re.compile(r"-[A-Za-z][^A-Za-z]")


# The note at a command that the model did not make up but copied.
COPIED = "it stands in what was read, which anybody may have written"


class Verdict(StrEnum):
    """What can be said of a command without running it."""

    CHECKED = "checked"  # the program is here, its options in its manual
    AVAILABLE = "available"  # a package that is not installed has the program
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Claim:
    """One command of an answer; ``source`` is what bears it out, ``note`` what is missing.

    ``refuted`` if it cannot work here: no such program, package or option.
    """

    command: str
    verdict: Verdict
    note: str = ""
    source: str | None = None
    refuted: bool = False

    def doubted(self, why: str) -> Claim:
        """The same, not to be relied on."""
        if self.verdict is Verdict.UNVERIFIED:
            return self
        return Claim(self.command, Verdict.UNVERIFIED, why)

    def as_json(self) -> dict[str, Any]:
        """The claim for ``--json``."""
        return {
            "command": self.command,
            "verdict": self.verdict.value,
            "note": self.note,
            "source": self.source,
        }


def check(
    answer: str, knowledge: Knowledge, manuals: Manuals, path: str | None, data: str = ""
) -> list[Claim]:
    """Every command in ``answer``, each once.

    ``path`` is where programs are looked for.  What stands word for word in ``data``, which
    anybody may have written, is never called checked.
    """
    checker = _Checker(knowledge, manuals, path)
    given = _squeezed(data)
    claims: dict[str, Claim] = {}
    for text, sure in _snippets(answer):
        for claim in checker.claims(text, sure=sure):
            copied = bool(given) and _squeezed(claim.command) in given
            claims.setdefault(claim.command, claim.doubted(COPIED) if copied else claim)
    return list(claims.values())


def check_commands(
    text: str, knowledge: Knowledge, manuals: Manuals, path: str | None
) -> list[Claim]:
    """Every command in ``text``, which is shell and nothing else."""
    return list(_Checker(knowledge, manuals, path).claims(text, sure=True))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _snippets(answer: str) -> Iterator[tuple[str, bool]]:
    """What may be commands, and whether it surely is."""
    for _, language, body in _FENCE.findall(answer):
        if language.lower() not in SHELL_LANGUAGES:
            continue
        lines = body.splitlines()
        typed = [line for line in lines if _PROMPT.match(line)]
        script = "\n".join(_PROMPT.sub("", line) for line in typed or lines)
        yield script, bool(language or typed)
    prose = _FENCE.sub("\n", answer)
    for found in _INLINE.finditer(prose):
        said = prose[: found.start()].rpartition("\n")[2]
        yield _PROMPT.sub("", found[2].strip()), bool(_TOLD_TO.search(said))
    for line in _INLINE.sub(" ", prose).splitlines():
        if alone := _BARE.match(line):
            yield _PROMPT.sub("", alone[1]), False


class _Checker:
    def __init__(self, knowledge: Knowledge, manuals: Manuals, path: str | None) -> None:
        self._knowledge = knowledge
        self._manuals = manuals
        self._path = path

    def claims(self, text: str, *, sure: bool) -> Iterator[Claim]:
        commands = shell_parser.read(text)
        if commands is None:
            if sure or self._begins_with_a_program(text):
                note = "it is no complete shell command"
                yield Claim(text.strip(), Verdict.UNVERIFIED, note, refuted=True)
            return
        # Where one of them is a command, so are those beside it.
        sure = sure or any(self._is_meant_as_one(command) for command in commands)
        for command in commands:
            if sure and _is_word(command.program):
                claim = self._judge(command)
                # What sudo runs is a claim of its own; sudo itself is one only where amiss.
                if command.program not in shell_parser.WRAPPERS or claim.verdict != Verdict.CHECKED:
                    yield claim

    def _is_meant_as_one(self, command: Command) -> bool:
        """A name alone, or a line of a settings file, claims nothing about a command."""
        options = any((each or "").startswith("-") for each in command.arguments)
        if not _is_word(command.program) or not command.arguments:
            return False
        return options or self._is_known(command.program)

    def _begins_with_a_program(self, text: str) -> bool:
        first, *rest = text.split(maxsplit=1) or [""]
        return bool(rest) and self._is_known(first)

    def _is_known(self, program: str) -> bool:
        return self._is_here(program) or bool(self._packages_with(program))

    def _packages_with(self, program: str) -> list[Package]:
        """The packages that have ``program``; without a list of commands, the one of its name."""
        named = self._knowledge.package(program)
        return self._knowledge.commands(program) or ([named] if named else [])

    def _is_here(self, program: str) -> bool:
        return program in BUILTINS or which(program, path=self._path) is not None

    def _judge(self, command: Command) -> Claim:
        text = command.text
        if missing := self._missing_package(command):
            note = f"no package {missing} in this machine's index"
            return Claim(text, Verdict.UNVERIFIED, note, refuted=True)
        if not self._is_here(command.program):
            packages = self._packages_with(command.program)
            if not packages:
                note = f"no program {command.program} here, and no known package has one"
                return Claim(text, Verdict.UNVERIFIED, note, refuted=True)
            package = packages[0]
            source = f"apt: {package.name} {package.upstream_version}"
            note = f"{command.program} is in the package {package.name}"
            if package.installed is None:
                return Claim(text, Verdict.AVAILABLE, f"{note}, not installed", source)
            return Claim(text, Verdict.UNVERIFIED, f"{note}, but not on the PATH", source)
        return self._judge_options(command)

    def _judge_options(self, command: Command) -> Claim:
        options = _options(command)
        manual = self._manual(command)
        if manual is None:
            if not options or command.program in BUILTINS:
                return Claim(command.text, Verdict.CHECKED, f"{command.program} is here")
            return Claim(command.text, Verdict.UNVERIFIED, f"no manual of {command.program} here")
        source = f"man {manual.title}"
        unknown = [option for option in options if not _documents(manual, option)]
        if unknown and manual.name != command.program:  # git's own: git --no-pager log
            whole = self._manuals.find_command(command.program)
            unknown = [each for each in unknown if whole is None or not _documents(whole, each)]
        if unknown:
            note = f"{manual.title} does not name {', '.join(unknown)}"
            return Claim(command.text, Verdict.UNVERIFIED, note, source, refuted=True)
        return Claim(command.text, Verdict.CHECKED, source=source)

    def _manual(self, command: Command) -> Manual | None:
        words = (each for each in command.arguments if each and not each.startswith("-"))
        program = command.program.rpartition("/")[2]
        return self._manuals.find_command(program, next(words, None))

    def _missing_package(self, command: Command) -> str | None:
        if command.program not in APT or not len(self._knowledge):
            return None
        words = [each for each in command.arguments if each and not each.startswith("-")]
        if not words or words[0] not in APT_ACTIONS:
            return None
        for word in words[1:]:
            name = re.split(r"[=/:]", word)[0]
            if _PROGRAM.match(name) is None and not name[:1].isdigit():
                continue  # a gap to fill, a file, a pattern
            if name.startswith("_"):
                continue
            known = self._knowledge.package(name) or self._knowledge.providers(name)
            if not known and not self._knowledge.package(name.rstrip("+-")):
                return name
        return None


def _is_word(program: str) -> bool:
    return bool(_PROGRAM.match(program.rpartition("/")[2])) or program in BUILTINS


def _options(command: Command) -> list[str]:
    if command.program in shell_parser.WRAPPERS:  # what follows its program is that program's
        own = []
        for argument in command.arguments:
            if argument is None or not argument.startswith("-"):
                break
            own.append(argument)
    else:
        fixed = [argument or "" for argument in command.arguments]
        own = fixed[: fixed.index("--")] if "--" in fixed else fixed
    found = (_OPTION.match(argument) for argument in own)
    return list(dict.fromkeys(match.string.partition("=")[0] for match in found if match))


def _documents(manual: Manual, option: str) -> bool:
    """Whether ``manual`` has ``option``: itself, as letters taken together, or with its value."""
    if option in manual.options:
        return True
    if option.startswith("--") or len(option) < 3:
        return False
    if _VALUE_BEHIND.match(option):
        return option[:2] in manual.options
    return all(f"-{letter}" in manual.options for letter in option[1:])
