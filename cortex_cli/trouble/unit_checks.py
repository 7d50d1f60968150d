"""What is wrong with a failed unit by its own settings: a program, user or file that is missing.

systemd reports only a status number for these; what the setting names can be looked up.
"""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.expressions import expression
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    State = Mapping[str, Sequence[str]]

PROPERTIES = (
    *("ExecStart", "ExecStartPre", "User", "Group", "WorkingDirectory", "EnvironmentFiles"),
    *("MemoryMax", "Result", "ExecMainStatus"),
)
# systemd's own exit statuses: see systemd.exec(5), "Process exit codes".
CHDIR, EXEC, GROUP, USER = "200", "203", "216", "217"
_PATH = expression(r"path=(?P<path>/[^;]{0,4000}?) ;")
_REQUIRED_FILE = expression(r"(?P<path>/.{0,4000}) \(ignore_errors=no\)\Z")
MIB = 1 << 20


class Setting(NamedTuple):
    """What a unit's setting names, and the sentence on what is wrong with it."""

    name: str
    text: str


def find(state: State, language: str) -> Setting | None:
    """The setting that made the unit of ``state`` (properties of systemctl show) fail."""
    return next(_find_wrong_settings(state, language), None)


def _find_wrong_settings(state: State, language: str) -> Iterator[Setting]:
    result, status = _get_value(state, "Result"), _get_value(state, "ExecMainStatus")
    if result == "oom-kill":
        limit = _get_value(state, "MemoryMax")
        name = "setting-oom-limit" if limit.isdigit() else "setting-oom"
        mib = int(limit) // MIB if limit.isdigit() else 0
        yield Setting("MemoryMax=", say(language, name, limit=f"{mib} MiB"))
    if result == "resources":
        for file in state.get("EnvironmentFiles", ()):
            match = _REQUIRED_FILE.match(file)
            if match and not Path(match["path"]).exists():
                text = say(language, "setting-environment", path=match["path"])
                yield Setting("EnvironmentFile=", text)
    if status == EXEC:
        yield from _find_wrong_programs(state, language)
    user, group = _get_value(state, "User"), _get_value(state, "Group")
    if status == USER and user and not _is_user(user):
        yield Setting("User=", say(language, "setting-user", user=user))
    if status in {USER, GROUP} and group and not _is_group(group):
        yield Setting("Group=", say(language, "setting-group", group=group))
    folder = _get_value(state, "WorkingDirectory").lstrip("!-")
    if status == CHDIR and folder.startswith("/") and not Path(folder).is_dir():
        yield Setting("WorkingDirectory=", say(language, "setting-folder", path=folder))


def _find_wrong_programs(state: State, language: str) -> Iterator[Setting]:
    for name in ("ExecStartPre", "ExecStart"):
        for command in state.get(name, ()):
            match = _PATH.search(command)
            path = Path(match["path"]) if match else None
            if path is None:
                continue
            if not path.exists():
                yield Setting(f"{name}=", say(language, "setting-program", path=str(path)))
            elif not os.access(path, os.X_OK):
                yield Setting(f"{name}=", say(language, "setting-executable", path=str(path)))


def _get_value(state: State, name: str) -> str:
    values = state.get(name, ())
    return values[0] if values else ""


def _is_user(name: str) -> bool:
    try:
        pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
    except KeyError:
        return name.isdigit()  # a number needs no entry
    return True


def _is_group(name: str) -> bool:
    try:
        grp.getgrgid(int(name)) if name.isdigit() else grp.getgrnam(name)
    except KeyError:
        return name.isdigit()
    return True
