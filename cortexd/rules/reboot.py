"""A reboot that packages have requested.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised

REBOOT = Kind(
    "reboot",
    "system",
    "reboot",
    raised_when="a package requests a reboot (/run/reboot-required)",
    resolved_when="the machine is rebooted",
    hold_s=60,
)
KINDS = (REBOOT,)

# Packages in the sentence, and in the metadata.
MAX_NAMED = 20
MAX_LISTED = 50


def judge(reading: list[str] | None, _thresholds: ThresholdsSection, _raised: Raised) -> Judgement:
    """``reading`` names the packages; None if none has asked."""
    if reading is None:
        return Judgement([], {"reboot:machine": "no reboot is pending"})
    names = ", ".join(reading[:MAX_NAMED]) or "a package"
    message = f"Reboot to finish updating {names}"
    metadata = {"packages": " ".join(reading[:MAX_LISTED])}
    title = "Reboot required"
    return Judgement(
        [Finding(REBOOT.name, "machine", "info", title, message, metadata, REBOOT.hold_s)]
    )
