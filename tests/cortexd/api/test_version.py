"""One version, told alike everywhere."""

from __future__ import annotations

from cortexd.api.version import VERSION
from tests.support.daemon import RunningDaemon


def test_the_daemon_tells_its_version(cortexd: RunningDaemon) -> None:
    assert cortexd.call("version")["version"] == VERSION
    assert cortexd.call("status")["version"] == VERSION
