from __future__ import annotations

import asyncio
import shutil
import zlib
from pathlib import Path

import pytest

from cortexd.sources.vulnerabilities import Vulnerabilities, parse

STATUS = """\
Package: openssl
Status: install ok installed
Maintainer: T <t@example.org>
Architecture: amd64
Version: 1.0-1
Description: x

"""
# The format of the security tracker: names, then packages with the versions that are fixed.
DATA = "VERSION 1\nCVE-2026-0001,,A hole in it\n\nopenssl,0,S RHF,1.0-2,\n\nopenssl,openssl\n"


def test_parse() -> None:
    output = (
        "CVE-2026-0001 openssl (remotely exploitable, high urgency)\n"
        "CVE-2026-0002 openssl\n"
        "TEMP-1-A bash (fixed, low urgency)\nnonsense\n"
    )
    vulnerabilities = parse(output)
    assert [(v.name, v.is_serious, v.is_fixed) for v in vulnerabilities] == [
        ("CVE-2026-0001", True, False),
        ("CVE-2026-0002", False, False),
        ("TEMP-1-A", False, True),
    ]


def test_without_data_nothing_runs(tmp_path: Path) -> None:
    reason = Vulnerabilities(tmp_path).explain_absence()
    assert reason in ("debsecan is not installed", f"{tmp_path} has no debsecan data")


@pytest.mark.skipif(shutil.which("debsecan") is None, reason="needs debsecan")
def test_the_real_debsecan_reads_local_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "GENERIC").write_bytes(zlib.compress(DATA.encode()))
    status = tmp_path / "status"
    status.write_text(STATUS)
    source = Vulnerabilities(data, status)
    assert source.explain_absence() is None
    assert source.is_due(1e9)
    (vulnerability,) = asyncio.run(source.read())
    assert (vulnerability.name, vulnerability.package) == ("CVE-2026-0001", "openssl")
    assert vulnerability.is_serious
    assert not source.is_due(1e9)
