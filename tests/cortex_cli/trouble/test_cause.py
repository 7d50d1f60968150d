from __future__ import annotations

from cortex_cli.trouble.cause import CRITICAL, ERROR, INFO, SEVERITIES, WARNING
from cortexd.alert import SEVERITIES as OF_ALERTS


def test_every_severity_of_an_alert_has_its_rank() -> None:
    assert set(SEVERITIES) == set(OF_ALERTS)
    assert CRITICAL > ERROR > WARNING > INFO
