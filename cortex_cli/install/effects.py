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

from cortex_cli.install.plan import Effects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cortex_cli.install.plan import Change

ARCHIVES = Path("/var/cache/apt/archives")
TABLE = Path(__file__).with_name("effects.yaml")
UNIT_FOLDERS = ("lib/systemd/system/", "usr/lib/systemd/system/", "etc/systemd/system/")
UNIT_KINDS = (".service", ".socket", ".timer")
# Looking into packages must not hold up a reply: so much unpacks in a fifth of a second.
MAX_READ_BYTES = 3_000_000
MAX_UNIT_BYTES = 64 * 1024


def predict_effects(
    changes: Sequence[Change], asked: Iterable[str], uris: Sequence[str], archives: Path = ARCHIVES
) -> Effects:
    """What ``changes`` bring; ``asked`` are the packages whose effects a person must know."""
    table = _load_table()
    services: list[str] = []
    ports: list[str] = []
    files: list[str] = []
    asked = list(asked)
    peeked = _select_affordable(find_local_archives(changes, uris, archives), asked)
    known = set(peeked)
    for change in changes:
        if listed := table.get(change.name):
            known.add(change.name)
            services += listed.get("units", [])
            ports += listed.get("ports", [])
        if change.name in peeked:
            found = read_archive(peeked[change.name])
            services += found.services
            ports += found.ports
            files += found.files
    unknown = [name for name in asked if name not in known]
    return Effects(
        _deduplicate(services), _deduplicate(ports), _deduplicate(files), _deduplicate(unknown)
    )


def find_local_archives(
    changes: Sequence[Change], uris: Sequence[str], archives: Path = ARCHIVES
) -> dict[str, Path]:
    """The package files of ``changes`` that this machine has already, by name."""
    kept = {
        path.name.rpartition("_")[0]: path for path in sorted(archives.glob("*.deb"), reverse=True)
    }
    local = [Path(unquote(uri.removeprefix("file:"))) for uri in uris if uri.startswith("file:")]
    there = {path.name.partition("_")[0]: path for path in local}
    found = {}
    for change in changes:
        name = change.name.partition(":")[0]
        path = kept.get(f"{name}_{(change.new or '').replace(':', '%3a')}", there.get(name))
        if path is not None and path.is_file():
            found[change.name] = path
    return found


def _select_affordable(debs: Mapping[str, Path], asked: Sequence[str]) -> dict[str, Path]:
    """Those of ``debs`` that there is time to look into; the ones that are ``asked`` for first."""
    budget = MAX_READ_BYTES
    chosen = {}
    for name in sorted(debs, key=lambda name: name not in asked):
        size = debs[name].stat().st_size
        if size <= budget:
            budget -= size
            chosen[name] = debs[name]
    return chosen


def read_archive(deb: Path) -> Effects:
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
                        ports += parse_ports(stream.read(MAX_UNIT_BYTES).decode(errors="replace"))
        except (tarfile.TarError, EOFError):
            pass  # a damaged package is apt's to complain about
        finally:
            process.kill()
    return Effects(tuple(services), tuple(ports), tuple(files))


def parse_ports(unit: str) -> list[str]:
    """The ports that a socket unit listens on."""
    found = []
    for line in unit.splitlines():
        name, _, value = line.partition("=")
        port = value.strip().rpartition(":")[2]
        if name.strip() in ("ListenStream", "ListenDatagram") and port.isdigit():
            found.append(f"{port}/{'tcp' if name.strip() == 'ListenStream' else 'udp'}")
    return found


def _load_table() -> Mapping[str, dict[str, list[str]]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with TABLE.open() as stream:
        groups = yaml.load(stream, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    return {name: values for names, values in groups.items() for name in names.split()}


def _deduplicate(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
