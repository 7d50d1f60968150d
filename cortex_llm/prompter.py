"""Questions to a person, each of which an option or a file may have answered already.

An answer that was given is checked like a typed one; a wrong typed one is asked again, a
wrong given one is an error. Where nobody can be asked, the default counts, except as consent:
only a person, an answer given beforehand or ``--yes`` agrees to anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cortex_llm import envfile
from cortex_llm.errors import UsageError
from cortex_llm.output import escape, print_data, print_row

#: Every question's name; in an answers file NAME=value, on the command line --name.
NAMES = (
    "backend", "model", "model_path", "model_url", "model_name", "sha256", "url",
    "threads", "ctx_size", "oversize", "proceed",
)  # fmt: skip
YES, NO = ("y", "yes", "true", "1"), ("n", "no", "false", "0")
OPTION_INDENT = 5  # below the text of "  1) text"
MAX_TRIES = 10  # a program that answers nonsense must not be asked for ever


@dataclass(frozen=True)
class Answers:
    """What was answered beforehand."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> Answers:
        """From the command line, above the file that it names; raises UsageError."""
        values = _read_answers(Path(arguments.answers)) if arguments.answers else {}
        given = {name: getattr(arguments, name, None) for name in NAMES}
        return cls({**values, **{name: str(value) for name, value in given.items() if value}})


def _read_answers(path: Path) -> dict[str, str]:
    try:
        assignments = envfile.parse(path.read_text())
    except OSError as error:
        raise UsageError(f"cannot read the answers file {path}: {error.strerror}") from error
    except envfile.EnvFileError as error:
        raise UsageError(f"{path}, line {error.line} {error}") from error
    values = {item.name.lower(): item.value for item in assignments}
    if unknown := set(values) - set(NAMES):
        raise UsageError(
            f"{path} answers {', '.join(sorted(unknown))}, which is not a question",
            hint=f"the questions are: {', '.join(NAMES)}",
        )
    return values


@dataclass(frozen=True)
class Prompter:
    """Asks, or answers by itself where `interactive` is false; `assume_yes` is ``--yes``."""

    answers: Answers
    interactive: bool
    assume_yes: bool = False

    def find_answer(self, name: str) -> str | None:
        """The answer that was given beforehand."""
        return self.answers.values.get(name)

    def without(self, name: str) -> Prompter:
        """An asker without that answer: it was not accepted. Only a person can give another."""
        if not self.interactive:
            raise UsageError(f"--{name.replace('_', '-')} was not accepted")
        values = {key: value for key, value in self.answers.values.items() if key != name}
        return replace(self, answers=Answers(values))

    def without_answers(self) -> Prompter:
        """An asker that asks a person everything."""
        return replace(self, answers=Answers())

    def text(
        self,
        name: str,
        question: str,
        default: str | None = None,
        check: Callable[[str], str | None] = lambda _: None,
    ) -> str:
        """A line of text; `check` says what is wrong with it."""
        if (given := self.find_answer(name)) is not None:
            if problem := check(given):
                raise UsageError(f"{name}: {problem}")
            return given
        if not self.interactive:
            if default is None:
                raise UsageError(
                    f"{question}: not answered", hint=f"use --{name.replace('_', '-')}"
                )
            return default
        for _ in range(MAX_TRIES):
            answer = (
                _read_line(f"{question}{f' [{default}]' if default else ''}: ") or default or ""
            )
            problem = check(answer) if answer else "an answer is needed"
            if problem is None:
                return answer
            print_data(f"  {problem}")
        raise UsageError(f"{question}: no usable answer in {MAX_TRIES} tries")

    def choose(self, name: str, question: str, options: Mapping[str, str], default: str) -> str:
        """One of the options, by its number or its key."""
        keys = list(options)
        if self.find_answer(name) is None and self.interactive:
            for line in ("", *question.splitlines()):
                print_data(line)
            for number, (key, text) in enumerate(options.items(), 1):
                mark = "   (default)" if key == default else ""
                print_row(f"  {number}) {text}{mark}", OPTION_INDENT)

        def check(answer: str) -> str | None:
            number = answer.isdigit() and 1 <= int(answer) <= len(keys)
            return None if number or answer in keys else f"choose 1 to {len(keys)}, or {keys[0]} …"

        answer = self.text(name, "Your choice", str(keys.index(default) + 1), check)
        return answer if answer in keys else keys[int(answer) - 1]

    def number(self, name: str, question: str, default: int, low: int, high: int) -> int:
        """A whole number within the bounds."""

        def check(answer: str) -> str | None:
            good = answer.isascii() and answer.isdigit() and low <= int(answer[:12]) <= high
            return None if good else f"{answer[:20]!r} is not a whole number from {low} to {high}"

        return int(self.text(name, question, str(default), check))

    def confirm(self, name: str, question: str, *, default: bool = True) -> bool:
        """Yes or no; ``--yes`` says the default.

        Raises:
            UsageError: nobody can be asked, nothing was answered beforehand, and the default is
                yes: end of input is no consent.
        """

        def check(answer: str) -> str | None:
            return None if answer.lower() in YES + NO else "answer y or n"

        if default and not (self.interactive or self.assume_yes or self.find_answer(name)):
            raise UsageError(
                "confirmation needs a terminal; nothing was changed",
                hint="add --yes to accept this plan, or --dry-run to only see it",
            )
        return self.text(name, f"{question} (y/n)", "y" if default else "n", check).lower() in YES


def _read_line(prompt: str) -> str:
    sys.stdout.write(escape(prompt))
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:  # end of input: nobody is there any more
        raise KeyboardInterrupt
    return line.strip()
