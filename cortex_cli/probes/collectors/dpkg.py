"""dpkg's database: one stanza at a time, without parsing the whole of it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cortex_cli.debian.dpkg_status import is_complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.probes.machine import Machine

STATUS = "/var/lib/dpkg/status"
INFO = "/var/lib/dpkg/info"
_MERGED = ("/bin/", "/sbin/", "/lib/", "/lib64/")


def stanza(machine: Machine, name: str, text: str | None = None) -> dict[str, str]:
    """The fields of a package; empty if dpkg never heard of it."""
    whole = "\n" + (machine.text(STATUS) if text is None else text)
    start = whole.find(f"\nPackage: {name}\n")
    if start < 0:
        return {}
    end = whole.find("\n\n", start + 1)
    return fields(whole[start + 1 : end if end > 0 else len(whole)])


def fields(text: str) -> dict[str, str]:
    """``Name: value`` lines; of a continued field the first line."""
    values = {}
    for line in text.splitlines():
        name, mark, value = line.partition(": ")
        if mark and not line.startswith(" "):
            values[name] = value
    return values


def is_installed(known: dict[str, str]) -> bool:
    """Whether a stanza is of an installed package."""
    return is_complete(known.get("Status", ""))


def stanzas(machine: Machine) -> Iterator[dict[str, str]]:
    """Every stanza of the installed packages."""
    for text in machine.text(STATUS).split("\n\n"):
        known = fields(text)
        if is_installed(known):
            yield known


def owners(machine: Machine, path: str) -> list[str]:
    """The packages that brought ``path``, under either of its names on a merged /usr."""
    wanted = {path, *_other_names(path)}
    marks = [f"{one}\n".encode() for one in wanted]
    packages = []
    for name in machine.names(INFO):
        if not name.endswith(".list"):
            continue
        try:
            data = machine.path(f"{INFO}/{name}").read_bytes() + b"\n"
        except OSError:
            continue
        if any(data.startswith(mark) or b"\n" + mark in data for mark in marks):
            packages.append(name[: -len(".list")].split(":")[0])
    return packages


def files(machine: Machine, name: str) -> list[str]:
    """The paths that a package brought."""
    for entry in (
        f"{name}.list",
        *(
            one
            for one in machine.names(INFO)
            if one.startswith(f"{name}:") and one.endswith(".list")
        ),
    ):
        lines = machine.lines(f"{INFO}/{entry}")
        if lines:
            return [line for line in lines if line != "/."]
    return []


def _other_names(path: str) -> list[str]:
    if path.startswith(_MERGED):
        return [f"/usr{path}"]
    bare = str(PurePosixPath(path))
    if bare.startswith("/usr") and bare[4:].startswith(_MERGED):
        return [bare[4:]]
    return []
