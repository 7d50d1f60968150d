"""Why a unit failed: its state by systemd, its own settings, and what its journal says.

The journal is read by the catalogue of error texts.  Everything read is data.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES
from cortex_cli.programs import output_of
from cortex_cli.trouble import unit_checks
from cortex_cli.trouble.cause import ERROR, INFO, WARNING, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.finding import ShownCommand

UNIT = "unit"
JOURNAL_LINES = 60
MAX_UNITS, MAX_NEAR, MAX_EVIDENCE = 8, 3, 2
# A shorter word begins too many names.
MIN_BEGINNING = 4
SUFFIXES = (".service", ".socket", ".timer", ".mount", ".path", ".target")
PROPERTIES = (
    *("Id", "LoadState", "ActiveState", "SubState", "ExecMainCode", "Requires", "BindsTo"),
    *unit_checks.PROPERTIES,
)
KNOWN = frozenset({"loaded", "error", "bad-setting", "masked"})
# The codes of waitid(2).
KILLED = frozenset({"2", "3"})
# A word in capitals, as in "chown USER:GROUP": the catalogue did not know the value.
_PLACEHOLDER = expression(r"(?:^|[:=/@])[A-Z][A-Z_]{2,}(?:$|[:=/@.])")
_RAISED = expression(r"[\w.]{0,80}(?:Error|Exception): ")
_MESSAGE = expression(r"\S+ \S+ (?P<writer>[^\s\[:]{1,64})(?:\[\d{1,10}\])?: (?P<message>.*)\Z")


def find_failed(environ: Mapping[str, str], language: str) -> list[Cause]:
    """One cause for each unit that has failed or starts again and again."""
    argv = ("systemctl", "list-units", "--state=failed,auto-restart", "--plain", "--no-legend")
    names = _first_words(output_of(environ, *argv))
    return [cause for name in names[:MAX_UNITS] for cause in _find_causes(environ, language, name)]


def find_named(
    environ: Mapping[str, str], language: str, words: Sequence[str], services: Sequence[str] = ()
) -> list[Cause]:
    """What is wrong with the units that ``words`` name; nothing where none is a unit.

    One of ``services``, which can be nothing else, may be the beginning of a name.
    """
    all_causes = []
    for word in words[:MAX_UNITS]:
        name = word if word.endswith(SUFFIXES) else f"{word}.service"
        causes = list(_find_causes(environ, language, name))
        if not causes and word in services and len(word) >= MIN_BEGINNING:
            longer = [name for name in _list_services(environ) if name.startswith(word)]
            for name in longer[:MAX_NEAR]:  # "postgres" for postgresql.service
                causes += _find_causes(environ, language, name)
        all_causes += causes
    return all_causes


def report_absent(environ: Mapping[str, str], language: str, names: Sequence[str]) -> list[Cause]:
    """That ``names``, which must be units, are none; nothing where systemd does not run."""
    if not names or not Path("/run/systemd/system").is_dir():
        return []
    stems = {name.rsplit(".", 1)[0]: name for name in _list_services(environ)}
    near = [
        stems[stem]
        for name in names
        for stem in difflib.get_close_matches(name.rsplit(".", 1)[0], stems, MAX_NEAR, 0.7)
    ]
    text = say(language, "unit-absent", unit=", ".join(names))
    if near:
        text += " " + say(language, "unit-near", units=", ".join(near))
    listing = command(("systemctl", "list-unit-files", "--type=service"))
    return [Cause(UNIT, WARNING, text, (), (listing,), "systemctl")]


def _find_causes(environ: Mapping[str, str], language: str, unit: str) -> Iterator[Cause]:
    state = _state(environ, unit)
    unit = state.get("Id", [unit])[0]
    load, active = state.get("LoadState", [""])[0], state.get("ActiveState", [""])[0]
    if load not in KNOWN:
        return
    status = command(_systemctl("status", unit))
    if load == "masked":
        unmask = command(_systemctl("unmask", unit), effect=CHANGES, root=True)
        text = say(language, "unit-masked", unit=unit)
        yield Cause(UNIT, WARNING, text, (), (status, unmask), "systemctl")
    elif load != "loaded":
        verify = command(("systemd-analyze", "verify", unit))
        text = say(language, "unit-bad", unit=unit)
        evidence = tuple(_select_own_words(_journal(environ, unit))[-1:])
        yield Cause(UNIT, ERROR, text, evidence, (verify, status), "systemctl")
    elif active == "failed" or state.get("SubState", [""])[0] == "auto-restart":
        yield _explain_failure(environ, language, unit, state)
    elif active in {"active", "activating", "reloading"}:
        text = say(language, "unit-active", unit=unit)
        yield Cause(UNIT, INFO, text, (), (status,), "systemctl")
    else:
        yield _explain_stop(environ, language, unit, state)


def _explain_stop(
    environ: Mapping[str, str], language: str, unit: str, state: Mapping[str, list[str]]
) -> Cause:
    """Why ``unit`` is not running: what it needs has failed, or nobody started it."""
    needs = " ".join(state.get("Requires", []) + state.get("BindsTo", [])).split()
    for other in needs[:MAX_UNITS]:
        theirs = _state(environ, other)
        if theirs.get("ActiveState") == ["failed"]:
            failure = _explain_failure(environ, language, other, theirs)
            text = f"{say(language, 'unit-dependency', unit=unit, other=other)} {failure.text}"
            return Cause(UNIT, ERROR, text, failure.evidence, failure.commands, failure.source)
    text = say(language, "unit-inactive", unit=unit, state=state.get("SubState", ["?"])[0])
    commands = (
        command(_systemctl("status", unit)),
        command(_systemctl("start", unit), effect=CHANGES, root=True),
    )
    return Cause(UNIT, WARNING, text, (), commands, "systemctl")


def _explain_failure(
    environ: Mapping[str, str], language: str, unit: str, state: Mapping[str, list[str]]
) -> Cause:
    result = ", ".join(filter(None, (state.get("Result", [""])[0], _status(state, language))))
    text = say(language, "unit-failed", unit=unit, result=result)
    source = f"journal: {unit}"
    look = (
        command(("journalctl", "-u", unit, "-b", "-e")),
        command(_systemctl("restart", unit), effect=CHANGES, root=True),
    )
    journal = _journal(environ, unit)
    if setting := unit_checks.find(state, language):
        edit = command(_systemctl("edit", unit), effect=CHANGES, root=True)
        shown = command(_systemctl("cat", unit))
        return Cause(UNIT, ERROR, f"{text} {setting.text}", (), (shown, edit, look[1]), source)
    if explained := _explain_journal("\n".join(journal), unit, language):
        cause, commands = explained
        last = tuple(_last_error(journal, cause))
        return Cause(UNIT, ERROR, f"{text} {cause}", last, (*commands, *look), source)
    return Cause(UNIT, ERROR, text, tuple(_select_own_words(journal)[-MAX_EVIDENCE:]), look, source)


def _systemctl(verb: str, unit: str) -> tuple[str, ...]:
    options = ("--full",) if verb == "edit" else ()
    # "-.mount" is the root file system's.
    return ("systemctl", verb, *options, *(("--",) if unit.startswith("-") else ()), unit)


def _state(environ: Mapping[str, str], unit: str) -> dict[str, list[str]]:
    """The properties of ``unit``; one that may be given several times has several values."""
    wanted = f"--property={','.join(PROPERTIES)}"
    values: dict[str, list[str]] = {}
    for line in output_of(environ, "systemctl", "show", wanted, "--", unit).splitlines():
        name, equals, value = line.partition("=")
        if equals and value:
            values.setdefault(name, []).append(value)
    return values


def _status(state: Mapping[str, list[str]], language: str) -> str:
    status = state.get("ExecMainStatus", ["0"])[0]
    if status == "0":
        return ""
    killed = state.get("ExecMainCode", [""])[0] in KILLED
    return say(language, "signal" if killed else "status", number=status)


def _explain_journal(
    log: str, unit: str, language: str
) -> tuple[str, tuple[ShownCommand, ...]] | None:
    """What the catalogue of error texts makes of the unit's journal; None without it."""
    try:
        from cortex_cli.error_texts import answerer
    except ModuleNotFoundError:
        return None
    finding = answerer.find_in_log(log, unit, language)
    if finding is None or not finding.subject:
        return None
    filled = [one for one in finding.commands if not _has_placeholder(one)]
    return finding.text, tuple(filled)


def _has_placeholder(shown: ShownCommand) -> bool:
    return any(_PLACEHOLDER.search(word) for argv in shown.pipeline for word in argv[1:])


def _select_own_words(journal: Sequence[str]) -> list[str]:
    """What the unit's processes wrote, without time and host; else what systemd says of it."""
    read = [match for line in journal if (match := _MESSAGE.match(line))]
    own = [match["message"] for match in read if match["writer"] != "systemd"]
    return own or [match["message"] for match in read]


def _last_error(journal: Sequence[str], explained: str) -> list[str]:
    """The line that ends a traceback, where the explanation does not quote it."""
    last = _select_own_words(journal)[-1:]
    return [line for line in last if _RAISED.match(line) and line not in explained]


def _journal(environ: Mapping[str, str], unit: str) -> list[str]:
    argv = ("journalctl", "-q", "--no-pager", "-o", "short-iso", "-b", "-u", unit)
    return output_of(environ, *argv, "-n", str(JOURNAL_LINES)).splitlines()


def _list_services(environ: Mapping[str, str]) -> list[str]:
    """Every service that systemd knows of, loaded ones first."""
    options = ("--type=service", "--plain", "--no-legend")
    loaded = output_of(environ, "systemctl", "list-units", "--all", *options)
    files = output_of(environ, "systemctl", "list-unit-files", *options)
    return list(dict.fromkeys(_first_words(loaded) + _first_words(files)))


def _first_words(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.split()]
