"""Draws a run's loss against the tokens it has read, from its log."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # no display is needed, nor wanted

from matplotlib import pyplot as plt

SIZE_INCHES = (7.0, 3.6)
DOTS_PER_INCH = 100


def draw(log: Path, picture: Path, title: str) -> None:
    """Write the curve as a PNG."""
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    figure, axes = plt.subplots(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH)
    axes.plot([r["tokens"] / 1e6 for r in records], [r["loss"] for r in records])
    axes.set_yscale("log")
    axes.set_xlabel("million tokens read")
    axes.set_ylabel("loss on answers (smoothed)")
    axes.set_title(title)
    axes.grid(visible=True, which="both", alpha=0.3)
    figure.tight_layout()
    figure.savefig(picture, metadata={"Software": None})  # the same log gives the same bytes
    plt.close(figure)
