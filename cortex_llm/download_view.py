"""A download as a person sees it: a line of progress, and a say in what Ctrl-C leaves."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cortex_llm import download
from cortex_llm.errors import LlmError
from cortex_llm.output import say
from cortex_llm.prompter import Prompter

REDRAW = 0.2  # seconds; slower, for a log, where no terminal is
REDRAW_LOG = 10.0
MIB = 1 << 20


class ProgressLine:
    """Draws how far it is and when it will be done."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._drawn = self._began = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, total: int | None) -> None:
        """`done` of `total` bytes are here."""
        now = time.monotonic()
        if self._first is None:
            self._first = done
        if now - self._drawn < (REDRAW if self._live else REDRAW_LOG) and done != total:
            return
        self._drawn = now
        rate = (done - self._first) / max(now - self._began, 0.001)
        text = f"{done / MIB:,.1f} MiB"
        if total:
            left = (total - done) / max(rate, 1)
            text = (
                f"{100 * done // total:3d} %  {text} of {total / MIB:,.1f} MiB, {left:,.0f} s left"
            )
        text += f", {rate / MIB:,.1f} MiB/s"
        sys.stderr.write(f"\r\x1b[K{text}" if self._live else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            sys.stderr.write("\n")


@dataclass(frozen=True)
class PlannedDownload:
    """A download to come; `size` in GiB, about, as the table has it."""

    url: str
    target: Path
    sha256: str | None
    size: float
    prompter: Prompter

    def __str__(self) -> str:
        return f"download {self.size:g} GiB from {self.url} to {self.target}"

    @contextlib.contextmanager
    def carry_out(self) -> Iterator[None]:
        """Download, with progress, for what the block does with it.

        Ctrl-C takes away what came, in the block too, unless the person keeps it.
        """
        new_folders = [path for path in self.target.parents if not path.exists()]
        say(f"downloading {self.url}")
        meter = ProgressLine()
        try:
            fetched = download.fetch(self.url, self.target, sha256=self.sha256, progress=meter)
            meter.end()
            if not fetched.checked:
                say("no checksum published; size and header are correct")
            say(f"{self.target}: {fetched.size:,} bytes, SHA-256 {fetched.sha256}")
            yield
        except KeyboardInterrupt:
            meter.end()
            if not _ask_to_keep(self.prompter):
                _clear_line(self.target, new_folders)
            raise
        except LlmError:
            meter.end()
            for folder in new_folders:  # empty ones only: a part that can be resumed stays
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise


def _ask_to_keep(prompter: Prompter) -> bool:
    if not prompter.interactive:
        return False
    try:
        return prompter.confirm(
            "keep", "Keep the partial download, to resume it later?", default=False
        )
    except KeyboardInterrupt:
        return False


def _clear_line(target: Path, new_folders: list[Path]) -> None:
    for name in (target.name, target.name + ".part", target.name + ".part.json"):
        target.with_name(name).unlink(missing_ok=True)
    for folder in new_folders:  # innermost first
        with contextlib.suppress(OSError):
            folder.rmdir()
