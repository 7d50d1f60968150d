"""Real manual pages, units and README.Debian files for tests: unpacked Debian packages.

Machines differ in what they have (containers often exclude /usr/share/man), so the packages
are fetched through apt once and kept in the user's cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = (
    "coreutils",
    "dbus",
    "diffutils",
    "iproute2",
    "lsof",
    "openssh-server",
    "psmisc",
    "tar",
    "util-linux",
)
TIMEOUT_S = 120


def unpacked() -> Path:
    """The folder that the packages are unpacked in; skips where apt cannot fetch them."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    root = cache / "cortex/test-manuals"
    done = root / ("-".join(PACKAGES) + ".done")
    if done.exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    (root / "debs").mkdir(parents=True)
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=", "download", *PACKAGES]
    fetched = subprocess.run(
        command, cwd=root / "debs", capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if fetched.returncode:
        pytest.skip(f"apt cannot fetch manual pages here: {fetched.stderr.strip()[-200:]}")
    for deb in sorted((root / "debs").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(deb), str(root)], check=True, timeout=TIMEOUT_S)
    shutil.rmtree(root / "debs")
    done.touch()
    return root


def environment(root: Path) -> dict[str, str]:
    """The environment that names what is unpacked in ``root``."""
    return {
        "MANPATH": str(root / "usr/share/man"),
        "SYSTEMD_UNIT_PATH": f"{root / 'lib/systemd/system'}:{root / 'usr/lib/systemd/system'}",
        "CORTEX_DOCS": str(root / "usr/share/doc"),
    }
