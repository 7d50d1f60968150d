"""A fresh minimal system of another Debian release, to run commands in as root.

Made by debootstrap from the archive that this machine's apt uses, once for each release: the
tarball is kept in ~/.cache/cortex.  pip in there reads from where this machine's pip does.
Mounts and processes live in namespaces of their own and end with each command.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cortex/roots"
# Some 100 s and 60 MB from the network on two free cores; a busy machine takes longer.
BOOTSTRAP_TIMEOUT_S = 900
UNSHARE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class MinimalRoot:
    """One unpacked root; ``run`` runs a shell command in its copy of the checkout."""

    def __init__(self, suite: str, folder: Path) -> None:
        archive = _archive(suite)
        self._root = folder / suite
        self._root.mkdir()
        subprocess.run(["tar", "-C", self._root, "-xf", archive], check=True)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", self._root / "etc" / name)
        self._checkout = self._root / "root/cortex"
        _copy_checkout(self._checkout)
        self._pip, self._mounts = _pip_settings(self._root)

    def run(self, command: str, timeout_s: float) -> subprocess.CompletedProcess[str]:
        """Run ``command`` with /bin/sh, with nothing of this machine's environment."""
        mounts = [f"mount -t proc proc {shlex.quote(str(self._root / 'proc'))}"]
        for folder in self._mounts:
            target = self._root / str(folder).lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            mounts.append(f"mount --bind {shlex.quote(str(folder))} {shlex.quote(str(target))}")
        enter = ["chroot", str(self._root), "/bin/sh", "-c", f"cd /root/cortex && {command}"]
        script = " && ".join([*mounts, f"exec {shlex.join(enter)}"])
        return subprocess.run(
            [*UNSHARE, "/bin/sh", "-c", script],
            env={
                "PATH": SYSTEM_PATH,
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                **self._pip,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


def why_not() -> str | None:
    """Why no root can be made here; None if one can."""
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("debootstrap") is None:
        return "apt-get install debootstrap"
    done = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"cannot make namespaces here: {done.stderr.strip()}"
    return None


def _archive(suite: str) -> Path:
    """The root as a tarball; skips the test if this machine's apt has no such release."""
    path = CACHE / f"{suite}-minbase.tar"
    if path.exists():
        return path
    mirror = _mirror()
    if mirror is None:
        pytest.skip("apt has no archive of Debian here: run apt-get update")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"cortex-{suite}-") as made:
        root = Path(made) / "root"
        try:
            done = subprocess.run(
                ["debootstrap", "--variant=minbase", suite, root, mirror],
                capture_output=True,
                text=True,
                timeout=BOOTSTRAP_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"debootstrap {suite} took over {BOOTSTRAP_TIMEOUT_S} s")
        if done.returncode:
            lines = (done.stdout + done.stderr).strip().splitlines()
            pytest.skip(f"debootstrap {suite} from {mirror}: {lines[-1] if lines else 'failed'}")
        whole = path.with_name(f"{path.name}.{os.getpid()}")
        subprocess.run(["tar", "-C", root, "-cf", whole, "."], check=True)
        whole.replace(path)
    return path


def _mirror() -> str | None:
    """The first archive of Debian itself among apt's sources."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Identifier: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    uris = [line.partition(" ")[2] for line in listed if line.startswith("Debian ")]
    return next((uri for uri in uris if "security" not in uri), None)


def _copy_checkout(target: Path) -> None:
    """What git would commit now, changes included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        source = CHECKOUT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)


def _pip_settings(root: Path) -> tuple[dict[str, str], list[Path]]:
    """This machine's pip settings as variables, and the folders that they name."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    variables: dict[str, str] = {}
    folders: list[Path] = []
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        value = value.strip("'\"").replace("\\n", " ")
        if option in ("cert", "constraint"):
            if not Path(value).is_file():
                continue
            copy = f"/etc/test-pip-{option}"
            shutil.copy(value, root / copy.lstrip("/"))
            value = copy
        variables[f"PIP_{option.upper().replace('-', '_')}"] = value
        paths = [Path(word.removeprefix("file://")) for word in value.split()]
        folders += [path for path in paths if path.is_absolute() and path.is_dir()]
    # An index's links lead to files beside it.
    tops = {Path(*path.parts[:3]) for path in folders}
    return variables, sorted(tops)
