"""The loss curve is a picture, the same for the same log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs the extra train")

from cortex_llm.nano import curve

pytestmark = pytest.mark.filterwarnings("default")


def test_a_curve(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"tokens": n, "loss": 5 / n}) + "\n" for n in range(1, 9)))
    for name in ("one.png", "two.png"):
        curve.draw(log, tmp_path / name, "a run")
    assert (tmp_path / "one.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
