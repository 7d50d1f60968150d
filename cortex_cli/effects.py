"""What packages bring along beyond their files: services, ports, files below /etc.

Known for sure from a package that is at hand (apt's cache, a ``file:`` archive), and from
``effects.yaml`` for well-known servers; of anything else the answer is that it is not known.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cortex_cli.plan import Effects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cortex_cli.plan import Change

ARCHIVES = Path("/var/cache/apt/archives")
TABLE = Path(__file__).with_name("effects.yaml")
UNIT_FOLDERS = ("lib/systemd/system/", "usr/lib/systemd/system/", "etc/systemd/system/")
UNIT_KINDS = (".service", ".socket", ".timer")
# Looking into packages must not hold up a reply: so much unpacks in a fifth of a second.
MAX_PEEKED_BYTES = 8_000_000
MAX_UNIT_BYTES = 64 * 1024


def foreseen(
    changes: Sequence[Change], asked: Iterable[str], uris: Sequence[str], archives: Path = ARCHIVES
) -> Effects:
    """What ``changes`` bring; ``asked`` are the packages whose effects a person must know."""
    table = _table()
    services: list[str] = []
    ports: list[str] = []
    files: list[str] = []
    known = set()
    budget = MAX_PEEKED_BYTES
    for change in changes:
        if listed := table.get(change.name):
            known.add(change.name)
            services += listed.get("units", [])
            ports += listed.get("ports", [])
        deb = at_hand(change, uris, archives)
        if deb is not None and (size := deb.stat().st_size) <= budget:
            budget -= size
            found = peek(deb)
            known.add(change.name)
            services += found.services
            ports += found.ports
            files += found.files
    unknown = [name for name in asked if name not in known]
    return Effects(_once(services), _once(ports), _once(files), _once(unknown))


def at_hand(change: Change, uris: Sequence[str], archives: Path = ARCHIVES) -> Path | None:
    """The package file of ``change``, if this machine has it already."""
    version = (change.new or "").replace(":", "%3a")
    pattern = f"{change.name.partition(':')[0]}_{version}_*.deb"
    found = next(iter(sorted(archives.glob(pattern))), None) if archives.is_dir() else None
    if found is not None:
        return found
    for uri in uris:
        path = Path(unquote(uri.removeprefix("file:")))
        if uri.startswith("file:") and path.name.startswith(f"{change.name}_") and path.is_file():
            return path
    return None


def peek(deb: Path) -> Effects:
    """The units, the sockets' ports and the files below /etc that ``deb`` ships."""
    services, ports, files = [], [], []
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(deb)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in archive:
                    name = member.name.removeprefix("./")
                    if member.isdir():
                        continue
                    if name.startswith("etc/"):
                        files.append(f"/{name}")
                    if not name.startswith(UNIT_FOLDERS) or not name.endswith(UNIT_KINDS):
                        continue
                    services.append(Path(name).name)
                    stream = archive.extractfile(member) if member.isfile() else None
                    if name.endswith(".socket") and stream:
                        ports += listened(stream.read(MAX_UNIT_BYTES).decode(errors="replace"))
        except (tarfile.TarError, EOFError):
            pass  # a damaged package is apt's to complain about
        finally:
            process.kill()
    return Effects(tuple(services), tuple(ports), tuple(files))


def listened(unit: str) -> list[str]:
    """The ports that a socket unit listens on."""
    found = []
    for line in unit.splitlines():
        name, _, value = line.partition("=")
        port = value.strip().rpartition(":")[2]
        if name.strip() in ("ListenStream", "ListenDatagram") and port.isdigit():
            found.append(f"{port}/{'tcp' if name.strip() == 'ListenStream' else 'udp'}")
    return found


def _table() -> Mapping[str, dict[str, list[str]]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with TABLE.open() as stream:
        groups = yaml.load(stream, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    return {name: values for names, values in groups.items() for name in names.split()}


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
