"""Temperature of every sensor, against the sensor's own limits.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Judgement, Kind, merge
from cortexd.rules.gauge import MARGIN, gauge
from cortexd.sources.temperature import DEFAULT_CRITICAL, DEFAULT_HIGH

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.temperature import Temperature

TEMPERATURE = Kind(
    "temperature",
    "system",
    "temperature",
    raised_when="a sensor reaches its own high limit (warning) or its critical limit (critical); "
    f"{DEFAULT_HIGH:g} and {DEFAULT_CRITICAL:g} °C if it has none",
    resolved_when=f"it cools to {MARGIN:g} °C below the limit",
    hold_s=30,
)
KINDS = (TEMPERATURE,)


def judge(reading: list[Temperature], _thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Each sensor; the value of a faulty one means nothing."""
    return merge([_judge_sensor(sensor, raised) for sensor in reading])


def _judge_sensor(sensor: Temperature, raised: Raised) -> Judgement:
    subject = sensor.identity or sensor.sensor
    if sensor.is_faulty:
        return Judgement([], {f"{TEMPERATURE.name}:{subject}": "the sensor reports a fault"})
    return gauge(
        TEMPERATURE,
        subject,
        sensor.celsius,
        {"warning": sensor.high, "critical": sensor.critical},
        raised,
        title=f"{sensor.sensor} is too hot",
        message=f"{sensor.sensor} is at {sensor.celsius:g} °C; its high limit is "
        f"{sensor.high:g} °C",
        normal=f"{sensor.celsius:g} °C (limit {sensor.high:g} °C)",
        metadata={
            "sensor": sensor.sensor,
            "celsius": f"{sensor.celsius:g}",
            "high": f"{sensor.high:g}",
        },
    )
