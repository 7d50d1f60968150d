"""The metrics follow Prometheus's text format."""

from __future__ import annotations

import re

from tests.support.daemon import RunningDaemon

SAMPLE = re.compile(r'^([a-z_][a-z0-9_]*)(\{[a-z]+="[^"\\\n]*"\})? (-?[\d.]+(e[+-]\d+)?)$')


def test_every_line_is_well_formed(cortexd: RunningDaemon) -> None:
    text = cortexd.call("metrics")["text"]
    assert text.endswith("\n")
    described = set()
    for line in text.splitlines():
        if line.startswith("#"):
            described.add(line.split()[2])
        else:
            match = SAMPLE.match(line)
            assert match, line
            assert match[1] in described
