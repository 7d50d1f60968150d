"""What the words of a script may become: argument lists, with the unknown marked.  Pure.

A variable is replaced by every value that the script gives it, wherever and in whatever branch;
one from outside, or with too many values, is unknown.  ``UNKNOWN`` stands in the text for what is
not known; the argument says whether it may become several, or be a pattern.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand, read_literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from cortex_cli.install.policy.shell.script import Command, Script, Word

Fragment = tuple[str, bool]  # text, whether it is quoted

MAX_ALTERNATIVES = 16
# The shell itself sets these, whatever a script assigns to them.
_DYNAMIC = frozenset(
    """
    _ RANDOM SRANDOM SECONDS LINENO PWD OLDPWD EPOCHSECONDS EPOCHREALTIME DIRSTACK FUNCNAME GROUPS
    UID EUID PPID PIPESTATUS COLUMNS LINES REPLY OPTARG OPTIND OPTERR MAPFILE HOSTNAME
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_PATTERN = expression(r"[*?\[]")
_PLAIN = expression(r"[\w.+-]*", re.ASCII)
_CODE = expression(r"[`\[(]|\$|\\(?![nt])")
_CODE_IN_PROGRAM = expression(r'`|"[^"$\n]*\$|\\[x0-9ue]')
_ENCODERS = frozenset("base64 base32 xxd rev openssl od hexdump".split())  # noqa: SIM905


class Argument(str):
    """One argument: ``splits`` if it may become several, ``pattern`` if file names replace it."""

    splits: bool
    pattern: bool

    def __new__(cls, text: str, *, splits: bool = False, pattern: bool = False) -> Argument:
        """Create one; plain text is what it says."""
        made = super().__new__(cls, text)
        made.splits = splits
        made.pattern = pattern
        return made

    @property
    def is_known(self) -> bool:
        """True if this is one argument with this very text."""
        return not (self.splits or self.pattern or UNKNOWN in self)

    @property
    def may_be_option(self) -> bool:
        """True if its unknown part may make it an option, or add one."""
        return self.splits or self[:1] == UNKNOWN or (self.pattern and self[:1] in "*?[")


def expand(
    words: Iterable[Word], script: Script, assigned: Collection[str] = ()
) -> Iterator[list[Argument]]:
    """Yield every argument list that ``words`` may become, where ``assigned`` are certainly set."""
    choices = [_expand_word(word, script, assigned) for word in words]
    count = 1
    for place, choice in enumerate(choices):
        count *= len(choice)
        if count > MAX_ALTERNATIVES:
            count //= len(choice)
            choices[place] = [_forget(choice)]
    for chosen in product(*choices):
        yield [argument for fragments in chosen for argument in _split(fragments)]


def expand_one(word: Word, script: Script, assigned: Collection[str] = ()) -> Argument:
    """Return what ``word`` becomes where nothing is split: a value, or a redirection's target."""
    choices = _expand_word(word, script, assigned)
    fragments = choices[0] if len(choices) == 1 else _forget(choices)
    return Argument("".join(text for text, _ in fragments))


def _forget(choice: list[list[Fragment]]) -> list[Fragment]:
    return [(UNKNOWN, all(quoted for fragments in choice for _, quoted in fragments))]


def _expand_word(
    word: Word, script: Script, assigned: Collection[str] = ()
) -> list[list[Fragment]]:
    alternatives: list[list[Fragment]] = [[]]
    for part in word:
        if part.variable:
            pieces = _read_variable(part.variable, script, quoted=part.quoted)
            if part.variable not in assigned and (UNKNOWN, part.quoted) not in pieces:
                pieces = [*pieces, ("", part.quoted)]
        elif part.unknown:
            pieces = [(UNKNOWN, part.quoted or part.numeric)]
        else:
            pieces = [(part.text, part.quoted)]
        if len(alternatives) * len(pieces) > MAX_ALTERNATIVES:
            pieces = [(UNKNOWN, part.quoted)]
        if len(pieces) == 1:
            for alternative in alternatives:
                alternative.append(pieces[0])
        else:
            alternatives = [
                [*alternative, piece] for alternative in alternatives for piece in pieces
            ]
    return alternatives


def _read_variable(name: str, script: Script, *, quoted: bool) -> list[Fragment]:
    """Return the values of a variable; each is found once, one of itself is unknown."""
    key = (name, quoted)
    if key not in script.values:
        script.values[key] = [(UNKNOWN, quoted)]
        script.values[key] = _find_values(name, script, quoted=quoted)
    return script.values[key]


def _find_values(name: str, script: Script, *, quoted: bool) -> list[Fragment]:
    values = script.assignments.get(name)
    if name in _DYNAMIC or not values or None in values or len(values) > MAX_ALTERNATIVES:
        return [(UNKNOWN, quoted)]
    if not quoted and "IFS" in script.assignments:
        return [(UNKNOWN, False)]
    distinct: dict[Fragment, None] = {}
    for value in values:
        for fragments in islice(_expand_word(value or (), script), MAX_ALTERNATIVES):
            text = "".join(
                text if whole else _PATTERN.sub(UNKNOWN, text) for text, whole in fragments
            )
            distinct[(text, quoted)] = None
    return list(distinct) if len(distinct) <= MAX_ALTERNATIVES else [(UNKNOWN, quoted)]


def _split(fragments: list[Fragment]) -> Iterator[Argument]:
    """Split unquoted text where the shell would."""
    text: str | None = None
    bare = ""
    for piece, quoted in fragments:
        if quoted:
            text = (text or "") + piece
            continue
        for place, word in enumerate(re.split(r"[ \t\n]+", piece)):
            if place and text is not None:
                yield _make_argument(text, bare)
                text, bare = None, ""
            if word:
                text = (text or "") + word
                bare += word
    if text is not None:
        yield _make_argument(text, bare)


def _make_argument(text: str, bare: str) -> Argument:
    """Return the argument ``text``, of which ``bare`` was not quoted."""
    pattern = "*" in bare or "?" in bare or ("[" in bare and "]" in bare)
    return Argument(text, splits=UNKNOWN in bare, pattern=pattern)


def check_arithmetic(script: Script) -> None:
    """Refuse values that would run as a substitution where they are evaluated.

    Raises:
        UnreadableCommand: a value is more than a number, or its source may hide code.
    """
    pending = list(script.arithmetic)
    seen = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if not name:
            _check_calls(script)
        for word in script.assignments.get(name, ()):
            for part in word or ():
                pending += [part.variable] if part.variable else []
                script.evaluated += part.commands
                if part.text and not part.unknown and not _PLAIN.fullmatch(part.text):
                    raise UnreadableCommand(f"${name} is evaluated, and is more than a number")
    for command in script.evaluated:
        _check_source(command)


def _check_calls(script: Script) -> None:
    for command in script.commands:
        if command.words and read_literal(command.words[0]) in script.functions:
            for word in command.words[1:]:
                if _CODE.search("".join(part.text for part in word)):
                    raise UnreadableCommand("an argument that is evaluated is more than a number")


def _check_source(command: Command) -> None:
    name = read_literal(command.words[0]) if command.words else ""
    texts = ["".join(part.text for part in word) for word in command.words[1:]]
    hidden = _CODE if name in ("echo", "printf") else _CODE_IN_PROGRAM
    here = any(redirection.operator.startswith("<<") for redirection in command.redirections)
    if name in _ENCODERS or here or any(hidden.search(text) for text in texts):
        raise UnreadableCommand("text that is evaluated as a number may be a command")
