"""What packages add beyond their files: services, open ports, files below /etc.

Read from the package itself if it is on this machine (apt's cache, a ``file:`` archive), and
from ``effects.yaml`` for well-known servers; everything else is reported as unknown.
"""

from __future__ import annotations

import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cortex_cli import compiled
from cortex_cli.install.plan import Effects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cortex_cli.install.plan import Change

ARCHIVES = Path("/var/cache/apt/archives")
TABLE = Path(__file__).with_name("effects.yaml")
UNIT_FOLDERS = ("lib/systemd/system/", "usr/lib/systemd/system/", "etc/systemd/system/")
UNIT_KINDS = (".service", ".socket", ".timer")
# Reading packages must not delay a reply: this much unpacks in a fifth of a second.
MAX_READ_BYTES = 3_000_000
MAX_UNIT_BYTES = 64 * 1024


def predict_effects(
    changes: Sequence[Change],
    requested: Iterable[str],
    uris: Sequence[str],
    archives: Path = ARCHIVES,
) -> Effects:
    """Return what ``changes`` add; of ``requested`` packages, also whose effects are unknown."""
    table = load_table()
    services: list[str] = []
    ports: list[str] = []
    files: list[str] = []
    requested = list(requested)
    readable = _select_affordable(find_local_archives(changes, uris, archives), requested)
    with_known_effects = set(readable)
    for change in changes:
        if listed := table.get(change.name):
            with_known_effects.add(change.name)
            services += listed.get("units", [])
            ports += listed.get("ports", [])
        if change.name in readable:
            shipped = read_archive(readable[change.name])
            services += shipped.services
            ports += shipped.ports
            files += shipped.files
    unknown = [name for name in requested if name not in with_known_effects]
    return Effects(
        _deduplicate(services), _deduplicate(ports), _deduplicate(files), _deduplicate(unknown)
    )


def find_units(package: str) -> tuple[str, ...]:
    """Return the units that a well-known package starts; none if the table does not have it."""
    return tuple(load_table().get(package, {}).get("units", ()))


def find_local_archives(
    changes: Sequence[Change], uris: Sequence[str], archives: Path = ARCHIVES
) -> dict[str, Path]:
    """Map names of ``changes`` to the package files that this machine already has."""
    cached = {
        path.name.rpartition("_")[0]: path for path in sorted(archives.glob("*.deb"), reverse=True)
    }
    local = [Path(unquote(uri.removeprefix("file:"))) for uri in uris if uri.startswith("file:")]
    by_name = {path.name.partition("_")[0]: path for path in local}
    archives_found = {}
    for change in changes:
        name = change.name.partition(":")[0]
        path = cached.get(f"{name}_{(change.new or '').replace(':', '%3a')}", by_name.get(name))
        if path is not None and path.is_file():
            archives_found[change.name] = path
    return archives_found


def _select_affordable(debs: Mapping[str, Path], requested: Sequence[str]) -> dict[str, Path]:
    """Pick from ``debs`` what there is time to read, ``requested`` packages first."""
    budget = MAX_READ_BYTES
    chosen = {}
    for name in sorted(debs, key=lambda name: name not in requested):
        size = debs[name].stat().st_size
        if size <= budget:
            budget -= size
            chosen[name] = debs[name]
    return chosen


def read_archive(deb: Path) -> Effects:
    """Return the units, the sockets' ports and the files below /etc that ``deb`` ships."""
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
                        ports += parse_ports(stream.read(MAX_UNIT_BYTES).decode(errors="replace"))
        except (tarfile.TarError, EOFError):
            pass  # apt itself reports a damaged package
        finally:
            process.kill()
    return Effects(tuple(services), tuple(ports), tuple(files))


def parse_ports(unit: str) -> list[str]:
    """Return the ports that a socket unit listens on, such as ``80/tcp``."""
    ports = []
    for line in unit.splitlines():
        name, _, value = line.partition("=")
        port = value.strip().rpartition(":")[2]
        if name.strip() in ("ListenStream", "ListenDatagram") and port.isdigit():
            ports.append(f"{port}/{'tcp' if name.strip() == 'ListenStream' else 'udp'}")
    return ports


@cache
def load_table() -> Mapping[str, dict[str, list[str]]]:
    """What ``effects.yaml`` says of well-known servers, by package."""
    groups = compiled.read_yaml(TABLE)
    return {name: values for names, values in groups.items() for name in names.split()}


def _deduplicate(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
