"""The documentation says what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`[^`\n]+`")


def test_generated_parts_are_up_to_date() -> None:
    command = [sys.executable, CHECKOUT / "scripts/generate-docs", "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(CODE.sub("", page.read_text()))
    lost = [target for target in targets if not (page.parent / target).exists()]
    assert not lost


def test_every_promise_names_tests_that_are_there() -> None:
    text = (CHECKOUT / "docs/security.md").read_text()
    text = text.partition("## What is promised")[2]
    rows = [row.strip("| ").split(" | ") for row in text.splitlines() if row.startswith("| ")]
    promises = [row for row in rows if row[0] != "promise"]
    assert len(promises) > 25
    for promise, tests in promises:
        named = re.findall(r"`([\w/]+\.py)`", tests)
        assert named or "python -m benchmarks" in tests, promise
        lost = [name for name in named if not (CHECKOUT / "tests" / name).exists()]
        assert not lost, promise
