"""A machine of the tests' own to install on: this one's root under an overlay, with an archive
of small packages that the test builds.

with AptRoot.up(folder) as machine:
    machine.publish(deb("demo", "1.0"))
    done = machine.cortex("install", "demo", "--execute", "--yes")

What is installed is written to ``folder`` and goes with it; the real root is never touched.
Needs root: a mount namespace, an overlay, chroot.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 90
# The archive is this old at first: a date in the future is refused.
AGE_S = 3600
SOURCE = "deb [trusted=yes] file:/repo ./\n"
SETTINGS = 'Acquire::Languages "none";\nDir::Cache::srcpkgcache "";\n'
RELEASE = "Origin: Tests\nLabel: Tests\nSuite: stable\nCodename: tests\nDate: {date}\n"
MOUNTS = """
set -e
mount -t overlay -o lowerdir=/,upperdir={0}/upper,workdir={0}/work overlay {0}/root
mount --rbind /proc {0}/root/proc
mount --rbind /dev {0}/root/dev
mount --bind {1} {0}/root{1}
echo ready
exec sleep infinity
"""


def why_not() -> str | None:
    """Why no such machine can be had here; None if it can."""
    if os.geteuid() != 0:
        return "needs root: a mount namespace and an overlay"
    missing = [
        name
        for name in ("unshare", "nsenter", "chroot", "apt-get", "dpkg-deb")
        if not shutil.which(name)
    ]
    if missing:
        return f"needs {', '.join(missing)}"
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "no mount namespace is allowed here"


@dataclass(frozen=True)
class Deb:
    """A package to build."""

    name: str
    version: str
    depends: str = ""
    conflicts: str = ""
    provides: str = ""
    summary: str = "a package of the tests"
    files: dict[str, bytes] = field(default_factory=dict)
    postinst: str = ""
    essential: bool = False

    def control(self) -> str:
        """Its control file."""
        lines = [
            f"Package: {self.name}",
            f"Version: {self.version}",
            "Architecture: all",
            "Maintainer: Tests <tests@example.org>",
            "Section: misc",
            "Priority: optional",
        ]
        lines += [f"Depends: {self.depends}"] if self.depends else []
        lines += [f"Conflicts: {self.conflicts}"] if self.conflicts else []
        lines += [f"Provides: {self.provides}"] if self.provides else []
        lines += ["Essential: yes"] if self.essential else []
        return "\n".join([*lines, f"Description: {self.summary}", ""])

    def build(self, folder: Path) -> Path:
        """Build it into ``folder``."""
        tree = folder / f"{self.name}-tree"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(self.control())
        if self.postinst:
            (tree / "DEBIAN/postinst").write_text(f"#!/bin/sh\nset -e\n{self.postinst}\n")
            (tree / "DEBIAN/postinst").chmod(0o755)
        for name, content in self.files.items():
            path = tree / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        deb = folder / f"{self.name}_{self.version}_all.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(deb)]
        subprocess.run(command, check=True, capture_output=True)
        shutil.rmtree(tree)
        return deb


@dataclass
class AptRoot:
    """The machine: ``root`` is its file system, seen from its own namespace only."""

    folder: Path
    holder: subprocess.Popen[str]
    updates: int = 0

    @classmethod
    @contextmanager
    def up(cls, folder: Path) -> Iterator[AptRoot]:
        """Mount it; everything ends with the namespace."""
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)
        holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", MOUNTS.format(folder, CHECKOUT)],
            stdout=subprocess.PIPE,
            text=True,
        )
        machine = cls(folder, holder)
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            machine._prepare()
            yield machine
        finally:
            holder.kill()
            holder.communicate()

    def _prepare(self) -> None:
        self.write("/etc/apt/apt.conf.d/zz-tests", SETTINGS)
        self.write("/etc/dpkg/dpkg.cfg.d/zz-tests", "force-unsafe-io\n")
        self.sh(
            "rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*"
            " /etc/cortex /var/cache/apt/archives/*.deb /var/lib/cortex-history; mkdir -p /repo"
        )
        self.write("/etc/apt/sources.list", SOURCE)
        self.publish()

    def publish(self, *debs: Deb) -> None:
        """Add packages to the archive and read its lists."""
        with_built = self.folder / "built"
        with_built.mkdir(exist_ok=True)
        for deb in debs:
            path = deb.build(with_built)
            data = path.read_bytes()
            stanza = deb.control() + (
                f"Filename: ./{path.name}\nSize: {len(data)}\n"
                f"SHA256: {hashlib.sha256(data).hexdigest()}\n\n"
            )
            self.sh(f"cp {path} /repo/ && cat >>/repo/Packages", stdin=stanza)
        self._update()

    def withdraw(self, deb: Deb) -> None:
        """Take a package out of the archive and off its list."""
        self.sh(f"rm /repo/{deb.name}_{deb.version}_all.deb")
        script = (
            "import re,sys; p='/repo/Packages'; s=open(p).read().split('\\n\\n');"
            f"open(p,'w').write('\\n\\n'.join(x for x in s if not "
            f"('Package: {deb.name}\\n' in x and 'Version: {deb.version}\\n' in x)))"
        )
        self.run([sys.executable, "-c", script])
        self._update()

    def _update(self) -> None:
        # A second later each time: apt takes an archive of the same second for the same.
        self.updates += 1
        then = int(time.time()) - AGE_S + self.updates
        date = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime(then))
        self.write("/repo/Release", RELEASE.format(date=date))
        self.sh(f"touch -d @{then} /repo/Packages /repo/Release; apt-get -q update")

    def write(self, path: str, text: str) -> None:
        """Write a file on the machine."""
        self.sh(f"mkdir -p $(dirname {path}); cat >{path}", stdin=text)

    def argv(self, command: Sequence[str]) -> list[str]:
        """The argument list that runs ``command`` there."""
        inside = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--", "chroot"]
        return [*inside, str(self.folder / "root"), *command]

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of its root."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "PYTHONPATH": str(CHECKOUT),
            "LANG": "C.UTF-8",
            **more,
        }

    def run(
        self, command: Sequence[str], stdin: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` there to its end."""
        return subprocess.run(
            self.argv(command),
            env=self.environ(**environ),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            cwd="/",
        )

    def sh(self, script: str, stdin: str = "") -> str:
        """Run a shell script that must succeed; return what it printed."""
        done = self.run(["sh", "-c", script], stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cortex_argv(self, *args: str) -> list[str]:
        """The argument list of ``cortex ARGS`` there."""
        return self.argv([sys.executable, "-m", "cortex_cli", *args])

    def cortex(self, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run ``cortex ARGS`` there."""
        return self.run([sys.executable, "-m", "cortex_cli", *args], **environ)

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start ``cortex ARGS`` there."""
        return subprocess.Popen(
            self.cortex_argv(*args),
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
        )

    def version(self, name: str) -> str | None:
        """The version of ``name`` that is installed, whole."""
        done = self.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name])
        state, _, version = done.stdout.partition(" ")
        return version if state == "installed" else None

    def wait_for(self, path: str) -> None:
        """Wait until ``path`` is there."""
        wait_for(lambda: self.run(["test", "-e", path]).returncode == 0)


def wait_for(what: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Wait until ``what`` is true."""
    deadline = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
