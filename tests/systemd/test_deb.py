"""The Debian package: built, judged by lintian, installed, upgraded, removed, purged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import herd
from tests.support.machine import CHECKOUT, SCRIPT, Machine
from tests.systemd.conftest import MODULES, SHARED, TINY, put_in_model

pytestmark = [pytest.mark.root, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def package(wheels: Path) -> Path:
    """The .deb, where machines see it."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("no dpkg-deb here")
    argv = [str(CHECKOUT / "scripts/build-deb"), "--wheels", str(wheels), "--output", str(SHARED)]
    result = subprocess.run(
        argv,
        env={**os.environ, "CORTEX_DEB_COMPRESSION": "0"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip().splitlines()[-1])


def test_lintian_finds_no_error(package: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("no lintian: apt-get install lintian")
    argv = ["lintian", "--fail-on", "error", "--tag-display-limit", "0", str(package)]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    errors = [line for line in result.stdout.splitlines() if line.startswith("E:")]
    assert not errors
    assert result.returncode == 0, result.stdout + result.stderr


def test_install_upgrade_remove_purge(bare: Machine, package: Path, tiny: Path) -> None:
    before = set(bare.sh("find /usr/lib/cortex-linux /etc/cortex 2>/dev/null; true").stdout.split())
    bare.run("rm", "-f", "/usr/sbin/policy-rc.d")  # containers have one that starts nothing
    bare.run("dpkg", "--install", "--force-depends", str(package), timeout=300)
    assert bare.ask("ping")["data"]["pong"]
    assert bare.show("cortexd", "User") == "cortex"
    assert bare.run("/usr/bin/python3", "-c", MODULES).stdout == "True llama_cpp\n"
    put_in_model(bare, tiny)
    answer = bare.run("cortex", "--socket", "/run/cortex/cortex.sock", "ask", "What is nginx?")
    assert answer.stdout.strip()
    settings = bare.run("cat", "/etc/cortex/llm.env").stdout

    process = subprocess.Popen(
        [str(SCRIPT), "exec", bare.name, "--", "/usr/bin/python3", herd.__file__, "20", "25"],
        stdout=subprocess.PIPE, text=True, cwd="/",
    )  # fmt: skip
    first = bare.show("cortexd", "MainPID")
    bare.run("dpkg", "--install", "--force-depends", str(package), timeout=300)
    result = json.loads(process.communicate(timeout=120)[0])
    assert result["failures"] == {}
    assert bare.show("cortexd", "MainPID") != first
    assert bare.run("cat", "/etc/cortex/llm.env").stdout == settings

    bare.run("dpkg", "--remove", "cortex-linux", timeout=120)
    assert bare.show("cortexd", "ActiveState") == "inactive"
    bare.run("test", "-s", TINY)
    bare.run("test", "-e", "/etc/cortex/llm.key")
    bare.run("dpkg", "--purge", "cortex-linux", timeout=120)
    assert bare.sh("ls /usr/lib/python3/dist-packages/cortex", check=False).returncode != 0
    gone = "/usr/lib/cortex-linux /etc/cortex /var/lib/cortex /run/cortex"
    left = bare.sh(f"find {gone} 2>/dev/null; find /etc/systemd -name '*cortex*'; true")
    assert set(left.stdout.split()) == before
    assert bare.show("cortexd", "LoadState") == "not-found"
