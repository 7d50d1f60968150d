"""A value against its limits: a finding of the severity that it reaches, or none.  Pure.

An open alert is resolved only once its value is clearly below the limit that raised it
(``MARGIN``), so that a value on the edge does not flap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import RANK, Finding, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.alert import Kind
    from cortexd.api.messages import Severity

    # The value at which each severity begins.
    Limits = Mapping[Severity, float]
    # The severity of each open alert, by key.
    Raised = Mapping[str, Severity]

# Percentage points (or degrees) below its limit at which an alert is resolved.
MARGIN = 3.0


def find_severity(
    value: float, limits: Limits, raised: Severity | None, margin: float = MARGIN
) -> Severity | None:
    """The worst severity whose limit ``value`` reaches, with hysteresis from ``raised``."""
    rank = RANK[raised] if raised else -1
    for severity in sorted(limits, key=RANK.__getitem__, reverse=True):
        if value >= limits[severity] - (margin if rank >= RANK[severity] else 0):
            return severity
    return None


def gauge(
    kind: Kind,
    subject: str,
    value: float,
    limits: Limits,
    raised: Raised,
    *,
    title: str,
    message: str,
    normal: str,
    metadata: dict[str, str],
    margin: float = MARGIN,
) -> Judgement:
    """A finding of ``kind`` if ``value`` reaches one of ``limits``, else ``normal``."""
    key = f"{kind.name}:{subject}"
    severity = find_severity(value, limits, raised.get(key), margin)
    if severity is None:
        return Judgement([], {key: normal})
    finding = Finding(kind.name, subject, severity, title, message, metadata, kind.hold_s)
    return Judgement([finding])
