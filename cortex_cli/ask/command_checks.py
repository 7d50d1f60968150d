"""Checks the commands in an answer against this machine.  Nothing is ever run.

Commands are found in code blocks, in `code` and on separate lines, and read by a shell parser.
For each command: is the program here, or in a package; are its options in its manual; are the
packages that it installs in the index?  What cannot be verified is marked, never dropped: the
reader judges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from shutil import which
from typing import TYPE_CHECKING, Any

from cortex_cli.ask import shell_parser
from cortex_cli.ask.command_effects import Harm, find_harm
from cortex_cli.ask.snippets import find_harmful_snippets, find_snippets
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.ask.shell_parser import Command
    from cortex_cli.debian.manpages import Manual, Manuals
    from cortex_cli.packages.knowledge import Knowledge
    from cortex_cli.packages.package import Package

BUILTINS = frozenset(
    """
    . : [ alias bg bind break builtin caller cd command compgen complete continue declare dirs
    disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let
    local logout mapfile popd printf pushd pwd read readonly return set shift shopt source suspend
    test times trap true type typeset ulimit umask unalias unset wait [[
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# These programs take package names after one of these actions.
APT = frozenset({"apt", "apt-get", "aptitude"})
APT_ACTIONS = frozenset({"install", "reinstall", "remove", "purge", "upgrade", "show", "download"})
_PROGRAM = expression(r"[a-z_][\w.+-]*\Z", re.IGNORECASE | re.ASCII)
_OPTION = expression(r"--?[A-Za-z?][\w-]*", re.ASCII)
_ATTACHED_VALUE = expression(r"-[A-Za-z][^A-Za-z]")


# The note on a command that the model did not invent but copied.
COPIED = "copied from untrusted input"


class Verdict(StrEnum):
    """The result of checking a command without running it."""

    CHECKED = "checked"  # the program is here, its options in its manual
    AVAILABLE = "available"  # a package that is not installed has the program
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Claim:
    """One command of an answer; ``source`` confirms it, ``note`` says what is missing.

    ``refuted`` means that it cannot work here: no such program, package or option.  ``harm`` is
    what it destroys, however well it is checked.
    """

    command: str
    verdict: Verdict
    note: str = ""
    source: str | None = None
    refuted: bool = False
    harm: Harm | None = None

    def mark_unverified(self, why: str) -> Claim:
        """Return this claim as unverified, with ``why`` as its note."""
        if self.verdict is Verdict.UNVERIFIED:
            return self
        return replace(self, verdict=Verdict.UNVERIFIED, note=why, source=None)

    def as_json(self) -> dict[str, Any]:
        """The claim for ``--json``."""
        return {
            "command": self.command,
            "verdict": self.verdict.value,
            "note": self.note,
            "source": self.source,
            "effect": self.harm.effect if self.harm else None,
        }


def check(
    answer: str, knowledge: Knowledge, manuals: Manuals, path: str | None, data: str = ""
) -> list[Claim]:
    """Check every command in ``answer``, each once.

    ``path`` is the search path for programs.  A command that occurs literally in ``data``, which
    anybody may have written, is never called checked.
    """
    checker = _Checker(knowledge, manuals, path)
    untrusted = _collapse_spaces(data)
    claims: dict[str, Claim] = {}
    for text, sure in find_snippets(answer):
        for original in checker.check_text(text, sure=sure):
            copied = bool(untrusted) and _collapse_spaces(original.command) in untrusted
            claim = original.mark_unverified(COPIED) if copied else original
            claims.setdefault(claim.command, replace(claim, harm=find_harm(claim.command)))
    for text, harm in find_harmful_snippets(answer):
        # A redirection, a statement: no command of its own, or one whose text does not show it.
        if not any(claim.harm and claim.command in text for claim in claims.values()):
            claims[text] = Claim(text, Verdict.UNVERIFIED, harm=harm)
    return list(claims.values())


def check_commands(
    text: str, knowledge: Knowledge, manuals: Manuals, path: str | None
) -> list[Claim]:
    """Check every command in ``text``, which must be shell and nothing else."""
    return list(_Checker(knowledge, manuals, path).check_text(text, sure=True))


def _collapse_spaces(text: str) -> str:
    return " ".join(text.split())


class _Checker:
    def __init__(self, knowledge: Knowledge, manuals: Manuals, path: str | None) -> None:
        self._knowledge = knowledge
        self._manuals = manuals
        self._path = path

    def check_text(self, text: str, *, sure: bool) -> Iterator[Claim]:
        commands = shell_parser.parse_commands(text)
        if commands is None:
            if sure or self._starts_with_program(text):
                note = "incomplete shell command"
                yield Claim(text.strip(), Verdict.UNVERIFIED, note, refuted=True)
            return
        # If one of them is a command, so are the others.
        sure = sure or any(self._looks_like_command(command) for command in commands)
        for command in commands:
            if sure and _is_word(command.program):
                claim = self._judge(command)
                # What sudo runs is a separate claim; sudo itself is only reported if it is wrong.
                if command.program not in shell_parser.WRAPPERS or claim.verdict != Verdict.CHECKED:
                    yield claim

    def _looks_like_command(self, command: Command) -> bool:
        """True unless it is a bare name, or a line of a settings file."""
        options = any((argument or "").startswith("-") for argument in command.arguments)
        if not _is_word(command.program) or not command.arguments:
            return False
        return options or self._is_known(command.program)

    def _starts_with_program(self, text: str) -> bool:
        first, *rest = text.split(maxsplit=1) or [""]
        return bool(rest) and self._is_known(first)

    def _is_known(self, program: str) -> bool:
        return self._is_installed(program) or bool(self._find_packages(program))

    def _find_packages(self, program: str) -> list[Package]:
        """Return the packages with ``program``; without a list of commands, the one of its name."""
        package = self._knowledge.package(program)
        return self._knowledge.commands(program) or ([package] if package else [])

    def _is_installed(self, program: str) -> bool:
        return program in BUILTINS or which(program, path=self._path) is not None

    def _judge(self, command: Command) -> Claim:
        text = command.text
        if missing := self._find_missing_package(command):
            note = f"no package is named {missing}"
            return Claim(text, Verdict.UNVERIFIED, note, refuted=True)
        if not self._is_installed(command.program):
            packages = self._find_packages(command.program)
            if not packages:
                note = f"{command.program} is not installed, and no known package provides it"
                return Claim(text, Verdict.UNVERIFIED, note, refuted=True)
            package = packages[0]
            note = f"{command.program} is in the package {package.name}"
            if package.installed is None:
                return Claim(text, Verdict.AVAILABLE, f"{note}, not installed", package.source)
            return Claim(text, Verdict.UNVERIFIED, f"{note}, but not on the PATH", package.source)
        return self._judge_options(command)

    def _judge_options(self, command: Command) -> Claim:
        options = _list_options(command)
        manual = self._find_manual(command)
        if manual is None:
            if not options or command.program in BUILTINS:
                return Claim(command.text, Verdict.CHECKED, f"{command.program} exists here")
            return Claim(
                command.text, Verdict.UNVERIFIED, f"{command.program} has no manual page here"
            )
        unknown = [option for option in options if not _is_documented(manual, option)]
        if unknown and manual.name != command.program:  # git's own: git --no-pager log
            main = self._manuals.find_command(command.program)
            unknown = [
                option for option in unknown if main is None or not _is_documented(main, option)
            ]
        if unknown:
            note = f"{manual.title} does not document {', '.join(unknown)}"
            return Claim(command.text, Verdict.UNVERIFIED, note, manual.source, refuted=True)
        return Claim(command.text, Verdict.CHECKED, source=manual.source)

    def _find_manual(self, command: Command) -> Manual | None:
        words = _list_words(command)
        program = command.program.rpartition("/")[2]
        return self._manuals.find_command(program, next(iter(words), None))

    def _find_missing_package(self, command: Command) -> str | None:
        if command.program not in APT or not len(self._knowledge):
            return None
        words = _list_words(command)
        if not words or words[0] not in APT_ACTIONS:
            return None
        for word in words[1:]:
            name = re.split(r"[=/:]", word)[0]
            if _PROGRAM.match(name) is None and not name[:1].isdigit():
                continue  # a placeholder, a file or a pattern
            if name.startswith("_"):
                continue
            packages = self._knowledge.package(name) or self._knowledge.providers(name)
            if not packages and not self._knowledge.package(name.rstrip("+-")):
                return name
        return None


def _is_word(program: str) -> bool:
    return bool(_PROGRAM.match(program.rpartition("/")[2])) or program in BUILTINS


def _list_words(command: Command) -> list[str]:
    """Return the arguments that are known and not options."""
    return [each for each in command.arguments if each and not each.startswith("-")]


def _list_options(command: Command) -> list[str]:
    if command.program in shell_parser.WRAPPERS:  # later options belong to the program that it runs
        own = []
        for argument in command.arguments:
            if argument is None or not argument.startswith("-"):
                break
            own.append(argument)
    else:
        fixed = [argument or "" for argument in command.arguments]
        own = fixed[: fixed.index("--")] if "--" in fixed else fixed
    matches = (_OPTION.match(argument) for argument in own)
    return list(dict.fromkeys(match.string.partition("=")[0] for match in matches if match))


def _is_documented(manual: Manual, option: str) -> bool:
    """True if ``manual`` has ``option``: literally, as joined letters, or with its value."""
    if option in manual.options:
        return True
    if option.startswith("--") or len(option) < 3:
        return False
    if _ATTACHED_VALUE.match(option):
        return option[:2] in manual.options
    return all(f"-{letter}" in manual.options for letter in option[1:])
