"""Where the course of a disk leads: "full in about 5 h".  Pure.

The slope is the median over all pairs of samples (Theil-Sen): one large file that comes
and goes does not move it.  The estimate is told with the middle half of the pairs as its
range, and not at all where the pairs do not agree or the time is too short to know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cortexd.alert import Finding, Judgement, Kind
from cortexd.quantiles import median, quartiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection

WINDOW_MINUTES = 6 * 60
# Minutes without a sample: the machine slept, or nobody watched.  What lies before such a gap
# is another course, and counts for nothing.
MAX_GAP_MINUTES = 5
# Less says nothing.
MIN_MINUTES = 30
# More samples than this are thinned out: the pairs grow with the square.
MAX_POINTS = 48
# Below this a disk has room for what a trend does not foresee.
MIN_PERCENT = 50.0
# The share of pairs that must rise before it counts as a trend.
MIN_AGREEMENT = 0.8
# How far the slow end of the range may lie from the fast one.
MAX_SPREAD = 4.0

KINDS = (
    Kind(
        "disk_trend", "disk_usage", "trends",
        "the samples of the last six hours lead to a full disk within {full_within_hours} h: at "
        "least 30 minutes of them without a gap of more than 5, 80 % of all pairs rising "
        "(warning; error below 2 h)",
        "the trend has ended, or nobody can tell any more",
        ("full_within_hours",),
    ),
)  # fmt: skip


class Estimate(NamedTuple):
    """Hours until full: likely, and the range; ``agreement`` is the share of rising pairs."""

    hours: float
    soonest: float
    latest: float
    agreement: float


def estimate(samples: Sequence[tuple[int, float]]) -> Estimate | None:
    """When the series reaches 100, or None if it does not know.

    ``samples`` are minutes and percent, in order.
    """
    samples = _since_last_gap(samples)
    if len(samples) < MIN_MINUTES // 2 or samples[-1][0] - samples[0][0] < MIN_MINUTES:
        return None
    now = median(value for _, value in samples[-3:])
    if now < MIN_PERCENT:
        return None
    step = max(1, -(-len(samples) // MAX_POINTS))
    points = samples[::-1][::step][::-1]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for number, later in enumerate(points)
        for earlier in points[:number]
    ]
    agreement = sum(slope > 0 for slope in slopes) / len(slopes)
    slow, middle, fast = quartiles(slopes)
    if agreement < MIN_AGREEMENT or slow <= 0 or fast / slow > MAX_SPREAD:
        return None
    left = max(0.0, 100 - now)
    hours = [left / slope / 60 for slope in (middle, fast, slow)]
    return Estimate(hours[0], hours[1], hours[2], agreement)


def _since_last_gap(samples: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    for number in range(len(samples) - 1, 0, -1):
        if samples[number][0] - samples[number - 1][0] > MAX_GAP_MINUTES:
            return samples[number:]
    return samples


def disk(mount: str, samples: Sequence[tuple[int, float]], marks: ThresholdsSection) -> Judgement:
    """One mount's course."""
    key = f"disk_trend:{mount}"
    found = estimate(samples)
    if found is None:
        return Judgement([], {key: "the samples show no clear trend any more"})
    if found.hours > marks.full_within_hours:
        return Judgement([], {key: f"at this pace it takes {found.hours:.0f} h"})
    text = (
        f"{mount} is {samples[-1][1]:g} % full and at the pace of the last hours full in about "
        f"{_hours(found.hours)} (between {_hours(found.soonest)} and {_hours(found.latest)}; "
        f"{100 * found.agreement:.0f} % of the samples agree)"
    )
    told = {
        "mount": mount,
        "hours_left": f"{found.hours:.1f}",
        "soonest_hours": f"{found.soonest:.1f}",
        "latest_hours": f"{found.latest:.1f}",
        "agreement_percent": f"{100 * found.agreement:.0f}",
    }
    severity: Severity = "error" if found.hours < 2 else "warning"
    title = f"{mount} is filling up"
    return Judgement([Finding("disk_trend", mount, severity, title, text, told)])


def _hours(hours: float) -> str:
    return f"{hours:.0f} h" if hours >= 1.5 else f"{max(1, round(hours * 60))} min"
