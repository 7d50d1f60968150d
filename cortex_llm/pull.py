"""``models pull NAME``: downloads a recommended model, or one by its address.

An interrupted download is resumed by the next one.  What the table or the server says of the
checksum is checked; where neither says anything, the computed one is shown.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import urllib.parse
from pathlib import Path

from cortex_llm import download, machine, model_names, models, recommended
from cortex_llm.download import Download
from cortex_llm.download_view import ProgressLine
from cortex_llm.errors import DownloadError, ModelError, UsageError
from cortex_llm.model_commands import SHA256
from cortex_llm.output import print_data, print_json, say
from cortex_llm.recommended import Recommended


def command(arguments: argparse.Namespace) -> int:
    """``models pull``: 0 when the model is here, whole and checked."""
    known = recommended.find(arguments.name.lower())
    url, checksum = choose_source(arguments.name, known, arguments.sha256)
    folder = Path(arguments.dir).expanduser().absolute() if arguments.dir else None
    target = (folder or model_names.default_folder()) / name_file(url)
    if known is not None and not arguments.force:
        require_fit(known, target.parent)
    if target.exists():
        info, checksums = models.verify(target, checksum)
        fetched = Download(target, info.file_bytes, checksums[target], checksum is not None, 0)
        say(f"{target} is already here")
    else:
        fetched = _fetch(url, target, checksum)
    if arguments.json:
        fields = {"path": str(fetched.path), "size": fetched.size, "sha256": fetched.sha256}
        print_json({**fields, "checked": fetched.checked, "resumed_at": fetched.resumed_at})
    else:
        state = "correct" if fetched.checked else "no published one is known to compare it with"
        print_data(str(fetched.path))
        say(f"{fetched.size:,} bytes, SHA-256 {fetched.sha256} ({state})")
        say(f"use it: cortex llm use {known.key if known else fetched.path}")
    return 0


def choose_source(
    name: str, known: Recommended | None, checksum: str | None
) -> tuple[str, str | None]:
    """The address and the expected checksum; raises UsageError."""
    if checksum is not None and not SHA256.match(checksum):
        raise UsageError(f"--sha256 {checksum[:80]!r} is not 64 hexadecimal digits")
    if known is not None:
        return known.url, checksum or known.sha256
    if urllib.parse.urlsplit(name).scheme in ("http", "https"):
        return name, checksum
    keys = [model.key for model in recommended.MODELS]
    near = difflib.get_close_matches(name.lower(), keys, n=1)
    raise UsageError(
        f"no recommended model {name[:80]!r}",
        hint=f"did you mean {near[0]}?" if near else f"they are: {', '.join(keys)}",
    )


def name_file(url: str) -> str:
    """The name that the file gets; raises UsageError for an address of no GGUF file."""
    name = urllib.parse.unquote(urllib.parse.urlsplit(url).path).rpartition("/")[2]
    if not name.lower().endswith(models.SUFFIX) or not name.isprintable():
        raise UsageError(f"{url[:120]} does not end in the name of a {models.SUFFIX} file")
    return name


def require_fit(model: Recommended, folder: Path) -> None:
    """Raise ModelError for a model that this machine cannot run or hold."""
    while not folder.is_dir():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if problem := recommended.explain_misfit(model, machine.inspect().memory, free):
        raise ModelError(
            f"{model.name} {problem}; this machine has less",
            hint="--force downloads it all the same; cortex llm list shows what fits",
        )


def _fetch(url: str, target: Path, checksum: str | None) -> Download:
    say(f"downloading {url}")
    meter = ProgressLine()
    try:
        fetched = download.fetch(url, target, sha256=checksum, progress=meter)
    except (KeyboardInterrupt, DownloadError):
        meter.end()
        part = target.with_name(target.name + ".part")
        if part.exists():
            say(f"{part.stat().st_size:,} bytes are kept; the same command resumes the download")
        raise
    meter.end()
    return fetched
