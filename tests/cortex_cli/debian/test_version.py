import itertools
import shutil
import subprocess

import pytest

from cortex_cli.debian.version import sort_key

ORDERED = [
    "0.1~~",
    "0.1~rc1",
    "0.1",
    "0.1-0.1",
    "0.1-1~bpo12+1",
    "0.1-1",
    "0.1-1+b1",
    "0.1a",
    "0.1+dfsg",
    "0.1.1",
    "0.9",
    "0.10",
    "1.22.1-9",
    "1.22.1-9+deb12u9",
    "1.22.1-9+deb12u10",
    "1:0.1",
    "2:0.0",
]


def test_the_order() -> None:
    assert [sort_key(version) for version in ORDERED] == sorted(map(sort_key, ORDERED))
    assert sort_key("1.0") == sort_key("1.0-0") == sort_key("0:1.0")


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="compares with dpkg, which is not here")
def test_dpkg_agrees() -> None:
    for older, newer in itertools.pairwise(ORDERED):
        subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)
