"""Where a disk is heading: "full in about 5 h".  Pure.

The slope is the median over all pairs of samples (Theil-Sen): one large file that comes
and goes does not move it.  The estimate comes with the middle half of the pairs as its range.
There is none if the pairs do not agree or the samples cover too short a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cortexd.alert import Finding, Judgement, Kind, merge
from cortexd.duration import format_estimate
from cortexd.quantiles import median, quartiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection

    # Minutes since the epoch and percent, in order.
    Samples = Sequence[tuple[int, float]]

WINDOW_MINUTES = 6 * 60
# Minutes without a sample: the machine slept, or nothing was monitored.  What lies before such
# a gap follows another course and does not count.
MAX_GAP_MINUTES = 5
# A shorter course predicts nothing.
MIN_MINUTES = 30
# More samples than this are thinned out: the pairs grow with the square.
MAX_POINTS = 48
# Below this a disk has room for what a trend does not foresee.
MIN_PERCENT = 50.0
# The share of pairs that must rise before it counts as a trend.
MIN_AGREEMENT = 0.8
# How many times the fast end of the range may exceed the slow one.
MAX_SPREAD = 4.0
# A disk that will be full within this is an error.
URGENT_HOURS = 2.0

TREND = Kind(
    "disk_trend",
    "disk_usage",
    "trends",
    raised_when=f"the samples of the last {WINDOW_MINUTES // 60} hours predict a full disk within "
    f"{{full_within_hours}} h (warning) or {URGENT_HOURS:g} h (error); this takes {MIN_MINUTES} "
    f"minutes of samples without a gap of more than {MAX_GAP_MINUTES}, {100 * MIN_AGREEMENT:g} % "
    "of all pairs rising",
    resolved_when="the samples no longer predict it",
    settings=("full_within_hours",),
)
KINDS = (TREND,)


class Estimate(NamedTuple):
    """Hours until full: likely, and the range; ``agreement`` is the share of rising pairs."""

    hours: float
    soonest: float
    latest: float
    agreement: float


def judge(disks: Mapping[str, Samples], thresholds: ThresholdsSection) -> Judgement:
    """The course of each disk; ``disks`` has the samples by mount."""
    return merge([judge_disk(mount, samples, thresholds) for mount, samples in disks.items()])


def judge_disk(mount: str, samples: Samples, thresholds: ThresholdsSection) -> Judgement:
    """The course of one disk."""
    key = f"{TREND.name}:{mount}"
    expected = estimate(samples)
    if expected is None:
        return Judgement([], {key: "no clear trend any more"})
    hours, agreement = expected.hours, f"{100 * expected.agreement:.0f}"
    if hours > thresholds.full_within_hours:
        return Judgement([], {key: f"full in {_format_hours(hours)} at the current rate"})
    message = (
        f"{mount} is {samples[-1][1]:g} % full and, at the current rate, full in about "
        f"{_format_hours(hours)} (between {_format_hours(expected.soonest)} and "
        f"{_format_hours(expected.latest)}; {agreement} % of sample pairs rise)"
    )
    metadata = {
        "mount": mount,
        "hours_left": f"{hours:.1f}",
        "soonest_hours": f"{expected.soonest:.1f}",
        "latest_hours": f"{expected.latest:.1f}",
        "agreement_percent": agreement,
    }
    title = f"{mount} is filling up"
    severity: Severity = "error" if hours < URGENT_HOURS else "warning"
    return Judgement([Finding(TREND.name, mount, severity, title, message, metadata)])


def estimate(samples: Samples) -> Estimate | None:
    """When the series reaches 100 %, or None if that cannot be said."""
    samples = _drop_before_gap(samples)
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


def _drop_before_gap(samples: Samples) -> Samples:
    for number in range(len(samples) - 1, 0, -1):
        if samples[number][0] - samples[number - 1][0] > MAX_GAP_MINUTES:
            return samples[number:]
    return samples


def _format_hours(hours: float) -> str:
    return format_estimate(3600 * hours)
