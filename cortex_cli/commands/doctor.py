"""``cortex doctor``: checks everything that Cortex needs, with a remedy for each failure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, AlreadyReported
from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.settings import Settings
    from cortex_cli.status.finding import Finding

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
    """Check everything that Cortex needs, and say how to fix what fails.

    Exit status 0: no check failed (there may be warnings); 1: a check failed.
    """
    from cortex_cli.status.doctor import run_checks

    findings = []
    for finding in run_checks(settings):
        findings.append(finding)
        if not settings.json:
            _print_finding(finding)
    failed = sum(finding.state == "failed" for finding in findings)
    value = {"ok": failed == 0, "checks": [asdict(finding) for finding in findings]}
    summary = _summarise(findings)
    output.emit(value, lambda: output.talk(summary), as_json=settings.json)
    if failed:
        raise AlreadyReported(FAILED)


def _summarise(findings: list[Finding]) -> str:
    """Return "all 16 checks passed", only where that is so; else how many did not."""
    counts = Counter(finding.state for finding in findings)
    if counts["ok"] == len(findings):
        return f"all {len(findings)} checks passed"
    if counts["failed"]:
        text = f"{counts['failed']} of {len(findings)} checks failed"
    else:
        text = f"{counts['ok']} of {len(findings)} checks passed"
    others = [(counts["warning"], "with a warning"), (counts["skipped"], "skipped")]
    return ", ".join([text, *(f"{count} {word}" for count, word in others if count)])


def _print_finding(finding: Finding) -> None:
    output.data_row([MARKS[finding.state], (f"{finding.name}: {finding.detail}", None)])
    if finding.remedy:
        output.data_styled([("        → ", output.DIM), (finding.remedy, None)])
