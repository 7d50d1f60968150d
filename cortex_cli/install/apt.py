"""Asks apt what it would do, with the user's permissions: no lock, no root, no changes.

apt's binary cache is kept in Cortex's own cache folder: many machines (containers, minimal
images) disable apt's, and then every query parses all the lists.  ``CORTEX_APT_LISTS`` points
apt, and the index, at another folder.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cortex_cli import output
from cortex_cli.debian import lists as apt_lists
from cortex_cli.errors import Failure
from cortex_cli.index import folders
from cortex_cli.index.packages import PackageSource
from cortex_cli.install import simulation
from cortex_cli.install.plan import strip_root_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cortex_cli.install.simulation import Simulation

# The programs that may be run as root are the system's, whatever the user's PATH says.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# No other variable reaches apt: APT_CONFIG could change its rules, and in the folder that HOME
# names, dpkg reads .dpkg.cfg, whose hooks it runs as root.
HOME = "/root"
PASSED_VARIABLES = (
    "TERM",
    "LANG",
    "LC_ALL",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "DISPLAY",
)
# Measured at 0.3 to 1 s; a machine that takes this long has another problem.
TIMEOUT_S = 60.0


def simulate(
    environ: Mapping[str, str],
    command: Sequence[str],
    *,
    needs_steps: Callable[[], bool] = lambda: False,
    for_execution: bool = False,
) -> Simulation:
    """Return what ``command``, an apt-get of a plan, would do.

    apt resolves it without a simulation of each step.  ``needs_steps`` is called while it does;
    where it returns True, ``-s`` runs in parallel: that goes through the steps and reports the
    origins of dependencies, in twice the time.  What is judged ``for_execution`` is read without a
    cache of our own, which a user may have written.

    Raises:
        Failure: apt-get is missing or does not answer.
    """
    argv = strip_root_prefix(command)
    with output.Waiting("asking apt"), _apt_options(environ, own=not for_execution) as options:
        listing = [argv[0], "--print-uris", "-V", *options, *argv[1:]]
        stepping = [argv[0], "-s", *options, *argv[1:]]
        queries = [_start(listing)]
        try:
            if needs_steps():
                queries.append(_start(stepping))
            answers = [_read_answer(query, TIMEOUT_S) for query in queries]
        except subprocess.TimeoutExpired as error:
            raise Failure(f"apt-get did not answer within {TIMEOUT_S:.0f} s") from error
        finally:
            for query in queries:
                _kill(query)
    listed, complaint = answers[0]
    simulated = answers[1][0] if len(answers) > 1 else None
    return simulation.parse(listed, complaint or answers[-1][1], simulated)


def read_records(environ: Mapping[str, str], names: Sequence[str]) -> bytes:
    """Return the lists' and dpkg's records of ``names``; empty if apt-cache times out."""
    with _apt_options(environ) as options:
        query = _start(["apt-cache", "show", *options, "--", *names])
        try:
            listed, _ = _read_answer(query, TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return b""
        finally:
            _kill(query)
    return listed.encode()


def _read_answer(query: subprocess.Popen[str], wait_s: float) -> tuple[str, str]:
    """Return apt's output, and its error messages if it failed."""
    listed, complaint = query.communicate(timeout=wait_s)
    status = query.returncode
    if status and "E: " not in complaint:
        complaint += f"E: apt-get exited with status {status}\n"
    return listed, complaint if status else ""


def build_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that apt receives."""
    return {
        "PATH": SYSTEM_PATH,
        "HOME": HOME,
        **{name: environ[name] for name in PASSED_VARIABLES if name in environ},
    }


def _start(argv: list[str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            argv,
            env={"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd="/",
        )
    except OSError as error:
        raise Failure(
            f"cannot run {argv[0]}: {error.strerror}", hint="cortex install needs apt"
        ) from error


def _kill(query: subprocess.Popen[str]) -> None:
    if query.poll() is None:
        query.kill()
        query.communicate()


@contextmanager
def _apt_options(environ: Mapping[str, str], *, own: bool = True) -> Iterator[list[str]]:
    """Yield options that change where apt reads, not what it would do."""
    settings = ["Debug::NoLocking=1", "Dir::Cache::srcpkgcache="]
    folder = _find_cache_folder(environ)
    name = _name_cache(environ)
    if folder and own:
        settings.append(f"Dir::Cache::pkgcache={folder / name}.bin")
    if status := environ.get("CORTEX_DPKG_STATUS"):
        settings.append(f"Dir::State::status={Path(status).resolve()}")
    with tempfile.TemporaryDirectory(prefix="cortex-apt-") as temporary:
        if lists := environ.get("CORTEX_APT_LISTS"):
            place = (folder or Path(temporary)) / f"{name}.list"
            _write_if_changed(place, "".join(list_sources(Path(lists))))
            settings += [
                f"Dir::State::lists={Path(lists).resolve()}",
                f"Dir::Etc::sourcelist={place}",
                "Dir::Etc::sourceparts=/dev/null",
            ]
        yield [part for setting in settings for part in ("-o", setting)]


def _write_if_changed(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` unless it is there: apt drops a cache older than its sources."""
    if path.is_file() and path.read_text() == text:
        return
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:
        stream.write(text)
    Path(stream.name).replace(path)


def _find_cache_folder(environ: Mapping[str, str]) -> Path | None:
    for place in folders.list_folders(environ):
        folder = place / "apt"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK | os.X_OK) and folder.stat().st_uid == os.geteuid():
            return folder
    return None


def _name_cache(environ: Mapping[str, str]) -> str:
    """Return a cache name that is unique to these lists, like the index's."""
    return PackageSource.find(environ).file_name().partition(".")[0]


def list_sources(lists: Path) -> Iterator[str]:
    """Yield the apt sources that a folder of lists came from, derived from the file names."""
    for package_list in apt_lists.find_packages(lists):
        stem = package_list.path.name.partition("_Packages")[0]
        place, dists, rest = stem.rpartition("_dists_")
        suite, _, parts = rest.partition("_")
        component, binary, architecture = parts.rpartition("_binary-")
        uri = unquote(place.replace("_", "/"))
        uri = f"file:{uri}" if uri.startswith("/") else f"http://{uri}"
        if dists and binary:
            names = component.replace("_", "/")
            yield f"deb [trusted=yes arch={architecture}] {uri} {suite} {names}\n"
