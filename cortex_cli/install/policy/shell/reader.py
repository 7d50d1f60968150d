"""The place in a script that is being read, and what has been found so far."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import Script, UnreadableCommand, literal
from cortex_cli.install.policy.shell.words import read_double_quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cortex_cli.install.policy.shell.script import Command, Word

# A script nested or long beyond this is not read by a person either.
MAX_DEPTH = 40
MAX_CHARS = 16 * 1024
# These change what later commands do: where programs lie, what they load, run or talk to.
FORBIDDEN_VARIABLE = expression(
    r"""PATH|ENV|BASH_\w+|SHELLOPTS|BASHOPTS|PS[0-9]|PROMPT_\w+|HOME|SHELL|EDITOR|VISUAL|BROWSER
    |\w*PAGER|TMPDIR|CDPATH|GLOBIGNORE|EXECIGNORE|FIGNORE|HIST\w*|INPUTRC|TERMINFO\w*|TERMCAP
    |(?:LD|DYLD|GIT|SSH|SYSTEMD|DPKG|APT|DEB|GREP|TAR|XZ|ZSTD|RSYNC|CURL|MALLOC|GLIBC|OPENSSL|SSL
    |XDG|DBUS|KUBE|DOCKER|AWS|NODE|CORTEX|GTK|QT|GCONV|SUDO|POSIXLY|LESS|MAN|PYTHON|PERL|RUBY
    |JAVA|KRB5)\w*|_JAVA\w*|GZIP|BZIP2?|BZIP|WGETRC|LOCPATH|NLSPATH|GETCONF_DIR|HOSTALIASES
    |LOCALDOMAIN|RES_OPTIONS|RESOLV_\w+|MAIL\w*|\w+_(?:proxy|PROXY)|IDS""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Reader:
    """A position in ``text``; substitutions inside it are read into the same ``script``."""

    text: str
    read_list: Callable[[Reader, tuple[str, ...]], str]  # the grammar's, which uses this
    script: Script = field(default_factory=Script)
    at: int = 0
    depth: int = 0
    assigned: set[str] = field(default_factory=set)  # variables that are certainly set here
    documents: list[tuple[str, bool, bool, list[Word]]] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> str:
        """Return the next character, or the one ``ahead`` of it; empty at the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def take(self, text: str) -> bool:
        """Read ``text`` if it comes next."""
        is_next = self.text.startswith(text, self.at)
        self.at += len(text) * is_next
        return is_next

    def skip_blanks(self) -> None:
        """Skip spaces, tabs, continued lines and a comment, but no end of a line."""
        while True:
            if self.peek() and self.peek() in " \t":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif self.peek() == "#" and (not self.at or self.text[self.at - 1] in " \t\n;&|()"):
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            else:
                return

    def skip_lines(self) -> None:
        """Skip blanks and ends of lines; here-documents that begin there are read."""
        self.skip_blanks()
        while self.peek() == "\n":
            self.at += 1
            self._read_documents()
            self.skip_blanks()

    def read_nested(self, closer: str) -> tuple[Command, ...]:
        """Read a list of commands up to ``closer``; return those commands."""
        before = len(self.script.commands)
        with self.nest(), self.branch():
            if self.read_list(self, (closer,)) != closer:
                raise UnreadableCommand(f"{closer} is missing")
        return tuple(self.script.commands[before:])

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Read what may not run, or in a process of its own: what it assigns stays uncertain."""
        before = set(self.assigned)
        yield
        self.assigned = before

    @contextmanager
    def nest(self) -> Iterator[None]:
        """Read something inside something else, not too deep."""
        if self.depth >= MAX_DEPTH:
            raise UnreadableCommand(f"it is nested more than {MAX_DEPTH} deep")
        self.depth += 1
        yield
        self.depth -= 1

    def read_text(self, text: str) -> tuple[Command, ...]:
        """Read the whole of ``text`` as commands of the same script."""
        inner = Reader(f"{text}\n)", self.read_list, self.script, 0, self.depth, set(self.assigned))
        return inner.read_nested(")")

    def check_variable(self, name: str) -> None:
        """Refuse a variable that changes what commands do."""
        if FORBIDDEN_VARIABLE.fullmatch(name):
            raise UnreadableCommand(f"it sets {name}, which may change what runs")

    def _read_documents(self) -> None:
        """Read the here-documents that were announced on the line before."""
        for delimiter, expands, indented, target in self.documents:
            lines: list[str] = []
            while True:
                end = self.text.find("\n", self.at)
                line = self.text[self.at : end if end >= 0 else len(self.text)]
                if end < 0 and not line:
                    raise UnreadableCommand(f"the here-document {delimiter} is not closed")
                self.at = end + 1 if end >= 0 else len(self.text)
                if (line.lstrip("\t") if indented else line) == delimiter:
                    break
                lines.append(line)
            body = "\n".join(lines)
            if not expands:
                target.append(literal(body))
                continue
            inner = Reader(body, self.read_list, self.script, 0, self.depth, set(self.assigned))
            target.append(tuple(read_double_quoted(inner, "")))
        self.documents.clear()
