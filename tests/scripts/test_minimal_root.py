"""The README's first commands on fresh minimal Debian 12 and 13: nothing but what apt needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT
from tests.support.minimal_root import MinimalRoot, why_not

# A minute each with two free cores; other tests and a slow network may share them.
COMMAND_TIMEOUT_S = 900
SUITES = {"bookworm": "Debian 12", "trixie": "Debian 13"}

pytestmark = [pytest.mark.root, pytest.mark.timeout(2400)]


@pytest.fixture(params=SUITES, ids=SUITES.values())
def root(request: pytest.FixtureRequest, tmp_path: Path, slow_tests: bool) -> MinimalRoot:
    if not slow_tests:
        pytest.skip("CORTEX_SLOW_TESTS=1 runs it")
    if reason := why_not():
        pytest.skip(reason)
    return MinimalRoot(request.param, tmp_path)


def readme_commands(beginning: str) -> list[str]:
    """The lines of the README's command blocks that begin so, without comments."""
    lines = (CHECKOUT / "README.md").read_text().splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.startswith(beginning)]


def test_the_readmes_first_commands(root: MinimalRoot) -> None:
    (install,) = readme_commands("sudo apt-get install")
    ask = readme_commands("./scripts/try")[0]

    bare = root.run(ask, COMMAND_TIMEOUT_S)
    assert bare.returncode == 1
    hint = re.search(r"^hint: (apt-get install -y [a-z0-9 -]*[a-z0-9])", bare.stderr, re.MULTILINE)
    assert hint, bare.stderr
    assert set(hint[1].split()) == set(install.removeprefix("sudo ").split())

    # There is no sudo, and nothing has asked for recommended packages.
    installed = root.run(
        f"apt-get update && {install.removeprefix('sudo ')} --no-install-recommends",
        COMMAND_TIMEOUT_S,
    )
    assert installed.returncode == 0, installed.stderr

    answered = root.run(ask, COMMAND_TIMEOUT_S)
    assert answered.returncode == 0, answered.stderr
    assert "nginx" in answered.stdout
    assert "Sources: glossary" in answered.stdout
    assert "Traceback" not in answered.stderr

    # Without the library nothing is installed, and one command says how to get it.
    removed = root.run("rm -r .venv && apt-get remove -y libgomp1", COMMAND_TIMEOUT_S)
    assert removed.returncode == 0, removed.stderr
    lacking = root.run(ask, COMMAND_TIMEOUT_S)
    assert lacking.returncode == 1
    assert "hint: apt-get install -y libgomp1\n" in lacking.stderr
    assert "Traceback" not in lacking.stderr
