"""Fetches a model file: resumes, checks, and only a whole one gets its name.

The bytes go to ``FILE.part``. What a broken connection left is taken up where it stopped,
if the server still has the same file (ETag, size); what does not check is thrown away. A
file is whole when its size is the announced one, its SHA-256 is the expected one, and its
GGUF header promises no more than is there. Hugging Face tells the checksum of a file in
X-Linked-ETag; where nobody tells one, size and header have to do, and the result says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO

from cortex_llm import models
from cortex_llm.errors import DownloadError, LlmError, ModelError, UsageError

CHUNK = 1 << 18
ATTEMPTS = 6  # without a byte of progress between them
PAUSE = 1.0  # seconds before the second attempt; doubled each time
STALL = 30.0  # seconds without a byte: the connection is dead
DISK_RESERVE = 256 << 20
SHA256 = re.compile(r'"?([0-9a-f]{64})"?\Z', re.IGNORECASE)
USER_AGENT = "cortex-llm"

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Download:
    """`checked`: whether a checksum was known and held."""

    path: Path
    size: int
    sha256: str
    checked: bool
    resumed_at: int


@dataclass(frozen=True)
class _Remote:
    """What the server says of the file; `tag` tells one version from another."""

    url: str
    size: int | None
    tag: str
    sha256: str | None
    ranges: bool


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects and keeps what the first answers said of the file."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    def redirect_request(  # noqa: PLR0917 - as the base has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urllib.parse.urlsplit(newurl).scheme not in ("http", "https"):
            raise DownloadError(
                f"{req.full_url} leads to {newurl[:80]}, which is not a web address"
            )
        self.seen.append(headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    stall: float = STALL,
    pause: float = PAUSE,
) -> Download:
    """Download `url` to `target`; raises DownloadError or ModelError, and leaves no half file.

    A partial download stays as ``.part`` when going on with it makes sense, Ctrl-C included.
    """
    _require_web(url)
    remote = _ask(url, stall)
    expected = sha256 or remote.sha256
    part = target.with_name(target.name + ".part")
    notes = target.with_name(target.name + ".part.json")
    start = _count_resumable_bytes(part, notes, remote)
    _require_room(target.parent, (remote.size or 0) - start)
    notes.write_text(json.dumps({"url": url, "tag": remote.tag, "size": remote.size}))
    _receive(remote, part, progress, stall, pause)
    try:
        digest = _verify(part, remote, expected)
    except LlmError:
        part.unlink(missing_ok=True)
        notes.unlink(missing_ok=True)
        raise
    part.chmod(0o644)
    part.replace(target)
    notes.unlink(missing_ok=True)
    return Download(target, target.stat().st_size, digest, expected is not None, start)


def _require_web(url: str) -> None:
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"{url[:80]} is not an http or https address")


def _open(url: str, start: int, stall: float, tag: str = "") -> tuple[HTTPResponse, _Redirects]:
    redirects = _Redirects()
    request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})  # noqa: S310 - checked
    if start:
        request.add_header("Range", f"bytes={start}-")
        if tag.startswith('"'):  # only a strong tag promises the same bytes
            request.add_header("If-Range", tag)
    opener = urllib.request.build_opener(redirects)
    return opener.open(request, timeout=stall), redirects


def _ask(url: str, stall: float) -> _Remote:
    """What the server says before any byte is taken."""
    try:
        response, redirects = _open(url, 0, stall)
    except urllib.error.HTTPError as error:
        with error:
            raise _explain_refusal(url, error) from error
    except (OSError, HTTPException) as error:
        raise _explain_no_network(url, error) from error
    with response:
        headers = [response.headers, *redirects.seen]
    length = _read_headers(headers, "Content-Length", "X-Linked-Size")
    linked = SHA256.match(_read_headers(headers, "X-Linked-ETag"))
    return _Remote(
        url,
        int(length) if length.isdigit() else None,
        response.headers.get("ETag") or response.headers.get("Last-Modified") or "",
        linked[1].lower() if linked else None,
        response.headers.get("Accept-Ranges", "") == "bytes",
    )


def _read_headers(headers: list[Message], *names: str) -> str:
    found = (header.get(name) for name in names for header in headers)
    return next((value for value in found if value), "")


def _count_resumable_bytes(part: Path, notes: Path, remote: _Remote) -> int:
    """How many bytes of the file are here already; a leftover of another file goes."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(notes.read_text())
        size = part.stat().st_size
        same = known["tag"] == remote.tag and known["size"] == remote.size
        if same and remote.tag and remote.ranges and size <= (remote.size or 0):
            return size
    part.unlink(missing_ok=True)
    return 0


def _require_room(folder: Path, missing: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        writable = os.access(folder, os.W_OK)
    except OSError as error:
        raise DownloadError(f"cannot make {folder}: {error.strerror}") from error
    if not writable:
        raise DownloadError(f"{folder} is not writable", hint="run it with sudo")
    if free < missing + DISK_RESERVE:
        raise DownloadError(
            f"{folder} has {free >> 20:,} MiB free; the download needs {missing >> 20:,} MiB, and "
            f"{DISK_RESERVE >> 20} MiB stay for others",
            hint="free some space, or choose a smaller model or another folder",
        )


def _receive(
    remote: _Remote, part: Path, progress: Progress | None, stall: float, pause: float
) -> None:
    """Fill `part`; goes on after a broken connection, gives up when nothing more comes."""
    failures, error = 0, None
    while remote.size is None or _file_size(part) < remote.size:
        had = _file_size(part)
        try:
            _receive_once(remote, part, progress, stall)
            if remote.size is None:
                return
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise _explain_refusal(remote.url, refusal) from refusal
        except (OSError, HTTPException) as broken:
            error = broken
        if _file_size(part) > had:
            failures = 0
            continue
        failures += 1
        if failures >= ATTEMPTS:
            raise DownloadError(
                f"the connection broke {failures} times at {_file_size(part):,} of "
                f"{remote.size or 0:,} bytes: {error or 'it was closed'}",
                hint="try again later: the download resumes where it stopped",
            )
        time.sleep(pause * 2 ** (failures - 1))


def _receive_once(remote: _Remote, part: Path, progress: Progress | None, stall: float) -> None:
    had = _file_size(part)
    response, _ = _open(remote.url, had, stall, remote.tag)
    with response, _open_part(part) as stream:
        if had and response.status != 206:  # it sends all of it again
            stream.truncate(0)
            had = 0
        while chunk := response.read1(CHUNK):
            had += len(chunk)
            if remote.size is not None and had > remote.size:
                raise DownloadError(f"{remote.url} sends more than the {remote.size:,} announced")
            _write(stream, chunk, part)
            if progress:
                progress(had, remote.size)


@contextlib.contextmanager
def _open_part(part: Path) -> Iterator[IO[bytes]]:
    """The file, unbuffered: nothing is left to fail when it is closed."""
    try:
        stream = part.open("ab", buffering=0)
    except OSError as error:
        raise DownloadError(
            f"cannot write {part}: {(error.strerror or str(error)).lower()}"
        ) from error
    with stream:
        yield stream


def _write(stream: IO[bytes], chunk: bytes, part: Path) -> None:
    """Write all of it; what the disk refuses, another attempt would not change."""
    left = memoryview(chunk)
    try:
        while left:
            left = left[stream.write(left) :]
    except OSError as error:
        raise DownloadError(
            f"cannot write {part}: {(error.strerror or str(error)).lower()}",
            hint="free some space and run it again: the download resumes where it stopped",
        ) from error


def _verify(part: Path, remote: _Remote, expected: str | None) -> str:
    """The checksum of a file that is what it should be; raises DownloadError or ModelError."""
    if remote.size is not None and _file_size(part) != remote.size:
        raise DownloadError(f"{_file_size(part):,} bytes came, {remote.size:,} were announced")
    digest = models.sha256(part)
    if expected is not None and digest != expected.lower():
        raise DownloadError(
            f"the file from {remote.url} is damaged or a different file: "
            f"its SHA-256 is {digest}, not {expected.lower()}",
            hint="it was discarded; download it again",
        )
    try:
        models.check_download(part)
    except ModelError as error:
        raise ModelError(f"what {remote.url} sent cannot be used: {error}") from error
    return digest


def _explain_refusal(url: str, error: urllib.error.HTTPError) -> DownloadError:
    hints = {
        401: "the file needs an account; download it yourself and give its path",
        403: "the file needs an account; download it yourself and give its path",
        404: "the address is wrong or the file no longer exists",
    }
    return DownloadError(f"{url} answered HTTP {error.code}", hint=hints.get(error.code))


def _explain_no_network(url: str, error: Exception) -> DownloadError:
    host = urllib.parse.urlsplit(url).hostname
    reason = getattr(error, "reason", None) or error
    return DownloadError(
        f"cannot reach {host}: {reason}",
        hint="no network? Copy a .gguf file to this machine and give its path instead, or use "
        "the built-in model",
    )


def _file_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
