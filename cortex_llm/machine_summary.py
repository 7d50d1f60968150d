"""What the wizard tells of this machine: processor, memory, disk, graphics, init system.

For people; `machine` has what sizing computes with. Read from /proc and /sys below `root`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cortex_llm import machine

#: PCI vendors of graphics processors that llama.cpp can use.
VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}


@dataclass(frozen=True)
class MachineSummary:
    """Bytes for memory and disk; `gpu` and `init` in words."""

    cpu: str
    cores: int
    memory: int
    disk: int
    gpu: str
    init: str

    def lines(self) -> list[tuple[str, str]]:
        """As labels and values."""
        gib = 1 << 30
        return [
            ("processor", f"{self.cpu}, {self.cores} core(s)"),
            ("memory", f"{self.memory / gib:.1f} GiB"),
            ("disk", f"{self.disk / gib:.1f} GiB free for models"),
            ("graphics", self.gpu),
            ("init system", self.init),
        ]


def summarize(folder: Path, root: Path = Path("/")) -> MachineSummary:
    """Look around; `folder` is where models will lie, its nearest parent counts."""
    host = machine.inspect(root)
    while not folder.is_dir():
        folder = folder.parent
    return MachineSummary(
        _cpu(root), host.cores, host.memory, shutil.disk_usage(folder).free, _gpu(root), _init(root)
    )


def _cpu(root: Path) -> str:
    for line in _text(root / "proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return os.uname().machine


def _gpu(root: Path) -> str:
    vendors = []
    for card in sorted((root / "sys/class/drm").glob("card[0-9]")):
        vendor = VENDORS.get(_text(card / "device/vendor").strip())
        if vendor and vendor not in vendors:
            vendors.append(vendor)
    if (root / "proc/driver/nvidia/version").exists() and "NVIDIA" not in vendors:
        vendors.append("NVIDIA")
    return ", ".join(vendors) + " (models run on the processor)" if vendors else "none"


def _init(root: Path) -> str:
    if (root / "run/systemd/system").is_dir():
        return "systemd"
    return _text(root / "proc/1/comm").strip() or "unknown"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
