"""Whether the names that an answer fills into a command exist here.

"How do I kill weeds" fits "kill PROCESS" to the letter, but nothing here is called weeds.  A
bare word is taken for a name only if this machine or its package index knows it, or the question
says what it is ("the service weeds").  Quotations, paths and numbers are data and always count.

Judges a finished finding; knows no catalogue.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.errors import Failure
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.finding import Finding

MAX_CHARS = 300
FACT = "fact"
PROC = Path("/proc")
UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/usr/lib/systemd/system"))
# Programs whose arguments name software: a package, a unit, a process or a program.
SOFTWARE = frozenset(
    """
    apt apt-cache apt-get apt-mark dpkg dpkg-query journalctl killall man pgrep pidof pkill ps
    service snap systemctl type whereis which
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Programs whose arguments name files that are there already.
FILES = frozenset(
    """
    cat diff du editor file fuser getfacl head hexdump less ls lsattr lsof md5sum namei nano
    readlink realpath sha256sum stat strings tail vi vim wc xdg-open mpv ffplay feh aplay vlc
    """.split()  # noqa: SIM905 - as above
)
# Programs whose arguments name people; a new one may be made, but not looked up.
USERS = frozenset({"chage", "finger", "groups", "id", "last", "lastlog"})
# "The logins of X" asks about X even where only the command is shown.
LOGINS = frozenset({"finger", "last", "lastlog"})
# What follows these options is a time, not a name: "--since yesterday".
TIMES = frozenset({"--since", "--until", "--boot"})
# What follows is a person: "ps -u root".
OWNERS = {(program, option) for program in ("ps", "pgrep", "pkill") for option in ("-u", "-U")}
INSTALLERS = frozenset({"apt", "apt-get"})
# A word of the question that nothing marks as a path, a quotation or an option.
_BARE = expression(
    r"(?<![^\s(¿¡])(?:[ldLD]['\u2019])?([^\W\d_][\w+-]{1,60})(?=[?.!,;:)]{0,3}(?:\s|\Z))"
)
# What says of the word beside it that it is a name, and of what.
_KINDS = (
    r"services?|servicios?|daemons?|d[eé]mons?|demonios?|units?|unit[eé]s?|unidad(?:es)?|timers?|sockets?"
    r"|packages?|paquets?|paquetes?|librar(?:y|ies)|programs?|programmes?|programas?|apps?"
    r"|applications?|aplicaci[oó]n(?:es)?|software|logiciels?|commands?|commandes?|comandos?"
    r"|process(?:es)?|processus|procesos?|users?|utilisateurs?|usuarios?|files?|fichiers?"
    r"|archivos?|ficheros?|folders?|director(?:y|ies)|dossiers?|r[eé]pertoires?|carpetas?|directorios?"
    r"|containers?|conteneurs?|contenedor(?:es)?|modules?|m[oó]dulos?|pages?|manual"
    r"|(?:named|called|nomm[eé]e?s?|appel[eé]e?s?|appellent?|llamad[oa]s?|llaman?)"
)
# Only English says it after the name: "the weeds daemon".
_ENGLISH_KINDS = (
    r"services?|daemon|package|process(?:es)?|program|command|app|unit|timer|container|file|folder"
    r"|directory|user"
)
_CONNECTED = r"(?:and|or|et|ou|y|o|e)"
# "Is X installed" is answered by "no" where there is no X.
_EXISTENCE = expression(
    r"\b(?:installed|running|active|enabled|started|exists?|available|have|has|"
    r"install[eé]e?s?|actif|active|activ[eé]e?s?|d[eé]marr[eé]e?s?|existe|tourne|disponible|"
    r"instalad[oa]s?|activ[oa]s?|corriendo|ejecut[aá]ndose|funciona|tengo|hay)\b",
    re.IGNORECASE,
)


def find_unknown(question: str, finding: Finding, environ: Mapping[str, str]) -> str | None:
    """The first name in the commands of ``finding`` that nothing vouches for, or None.

    A fact needs the very name; a way to do something also fits a variant ("mysql-server").
    """
    if len(question) > MAX_CHARS:
        return None
    for program, name in _list_names(question, finding):
        installs = program in INSTALLERS and any(
            argv[:2] == (program, "install") for one in finding.commands for argv in one.pipeline
        )
        if _is_announced(question, name) and not installs:
            continue
        exact = finding.kind == FACT
        if program in USERS:
            known = _is_account(name)
        elif program in FILES:
            known = _is_file(name)
        else:
            known = _is_software(name, environ, exact=exact)
        if not known:
            return name
    return None


def asks_existence(question: str) -> bool:
    """Whether "there is no such thing" would answer ``question``."""
    return bool(_EXISTENCE.search(question[:MAX_CHARS]))


def _list_names(question: str, finding: Finding) -> Iterator[tuple[str, str]]:
    """The bare words of ``question`` that are arguments of a command, with its program."""
    bare_words = set(_BARE.findall(question))
    lowered = {word.lower() for word in bare_words}
    judged = SOFTWARE | FILES | (USERS if finding.kind == FACT else LOGINS)
    for command in finding.commands[:1]:
        for program, *words in command.pipeline:
            if program in judged and words[:1] != ["search"]:  # what is looked for is no name
                fixed = 1 if program in ("apt", "apt-get", "systemctl") else 0
                yield from (
                    (program, word)
                    for before, word in pairwise(("", *words[fixed:]))
                    if word in bare_words or word in lowered
                    if before not in TIMES
                    and (program, before) not in OWNERS
                    and not (program in FILES and word.isupper())
                )


def _is_announced(question: str, name: str) -> bool:
    """Whether a word beside ``name`` says what it is."""
    escaped = re.escape(name)
    of, first = r"(?:(?:de|d['\u2019]|du|del|of)\s*)?", rf"(?:[\w+-]{{1,60}}\s+{_CONNECTED}\s+)?"
    before, after = rf"\b(?:{_KINDS})\s+{of}{first}", rf"\s+(?:{_ENGLISH_KINDS})\b"
    return bool(
        re.search(
            rf"{before}{escaped}(?![\w-])|(?<![\w-]){escaped}{after}", question, re.IGNORECASE
        )
    )


def _is_account(name: str) -> bool:
    """Whether a user, a group or a database of getent is called ``name``."""
    from grp import getgrnam
    from pwd import getpwnam

    for look_up in (getpwnam, getgrnam):
        with contextlib.suppress(KeyError):
            look_up(name)
            return True
    return name in ("passwd", "group", "hosts", "shadow", "services")


def _is_file(name: str) -> bool:
    return Path(name).exists()


def _is_software(name: str, environ: Mapping[str, str], *, exact: bool) -> bool:
    """Whether a program, unit, process or package here is called ``name``."""
    if _is_well_known(name) or shutil.which(name, path=environ.get("PATH")):
        return True
    if _is_unit(name) or _is_process(name):
        return True
    return _is_packaged(name, environ, exact=exact)


def _is_well_known(name: str) -> bool:
    """Whether the room of the actions knows ``name`` as software, installed here or not."""
    try:
        room = import_module("cortex_cli.actions.parameters")
    except ModuleNotFoundError:
        return False
    return name.lower() in room.SOFTWARE


def _is_unit(name: str) -> bool:
    files = (f"{name}.service", f"{name}.timer", f"{name}.socket", f"{name}@.service")
    return any((folder / file).exists() for folder in UNIT_FOLDERS for file in files)


def _is_process(name: str) -> bool:
    for entry in os.scandir(PROC) if PROC.exists() else ():
        if entry.name.isdecimal():
            try:
                if (PROC / entry.name / "comm").read_text(errors="replace").strip() == name:
                    return True
            except OSError:  # it ended meanwhile
                continue
    return False


def _is_packaged(name: str, environ: Mapping[str, str], *, exact: bool) -> bool:
    """Whether the package index knows ``name``; without an index nobody can deny it."""
    from cortex_cli.packages.knowledge import Knowledge

    try:
        with Knowledge.open(environ, wait=False) as knowledge:
            if not len(knowledge):
                return True
            return knowledge.is_named(name) or (not exact and knowledge.has_variant(name))
    except Failure:  # a list that cannot be read denies nothing
        return True
