"""``cortex doctor``: every assumption checked, each failure with its remedy."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.settings import Settings
    from cortex_cli.status.doctor import Finding

MARKS = {
    "ok": ("ok      ", output.GREEN),
    "warning": ("warning ", output.YELLOW),
    "skipped": ("skipped ", output.DIM),
    "failed": ("FAILED  ", output.RED),
}


@click.command()
@json_option
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check everything that Cortex needs, and say how to put right what fails.

    Exit status 0: nothing failed (there may be warnings); 1: something did.
    """
    from cortex_cli.status.doctor import run_checks

    findings = []
    for finding in run_checks(settings):
        findings.append(finding)
        if not settings.json:
            _print_finding(finding)
    failed = sum(finding.state == "failed" for finding in findings)
    if settings.json:
        checks = [asdict(finding) for finding in findings]
        output.data_json({"ok": failed == 0, "checks": checks})
    elif failed:
        output.talk(f"{failed} of {len(findings)} checks failed")
    else:
        output.talk(f"all {len(findings)} checks passed")
    if failed:
        raise AlreadyReported(FAILED)


def _print_finding(finding: Finding) -> None:
    output.data_styled([MARKS[finding.state], (f"{finding.name}: {finding.detail}", None)])
    if finding.remedy:
        output.data_styled([("        → ", output.DIM), (finding.remedy, None)])
