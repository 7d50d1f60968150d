"""tar, zip, 7z, gzip: what goes into an archive, and what stays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Home
from cortex_cli.actions.families.archives.formats import (
    SINGLES,
    TARS,
    read_format,
    single_file,
    suffix_of,
)
from cortex_cli.actions.families.archives.results import finish
from cortex_cli.actions.families.draft import path
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.sentence import Token


# Packed already: made smaller by other means.
_DENSE = (".pdf", ".jpg", ".jpeg", ".png", ".webp", ".mp4", ".mkv", ".mp3", ".docx", ".odt")


def pack(r: Reader, archives: list[tuple[int, Token]]) -> Filled | None:
    """What packs; None when nothing to pack is named."""
    archive = ""
    for n, token in archives:
        if len(archives) > 1 and r.before(n)[:1] not in (["to"], ["in"], ["as"], ["named"]):
            continue
        archive = path(token)
        r.used.add(n)
        break
    named = any(
        t.concept == "archive"
        and suffix_of(f"x{t.text}" if t.text.startswith(".") else f"x.{t.text}")
        for _, t in r.free()
    )
    suffix = suffix_of(archive) or read_format(r)
    skipped = _read_exclusions(r)
    packed = _sources(r)
    if not packed or not (r.has("compress", "archive") or named):
        return None
    r.take("compress")
    protected = r.take("password", "encrypt")
    if not archive and not suffix and packed[0].lower().endswith(_DENSE):
        return None
    if not archive and not suffix and single_file(packed):
        return finish("file", ["gzip", "-k", *packed], CHANGES, what=packed[0])
    suffix = suffix or (".zip" if protected else ".tar.gz")
    if (
        not archive
        and single_file(packed)
        and suffix in (".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")
        and not named
    ):
        return finish(
            "file", [SINGLES[suffix.removeprefix(".tar")], "-k", *packed], CHANGES, what=packed[0]
        )
    archive = archive or _default_archive(packed[0], suffix)
    argv = _build_argv(archive, suffix, packed, skipped, protected=protected)
    return finish("create", argv, CHANGES, what=" ".join(packed), archive=archive) if argv else None


def _default_archive(source: str, suffix: str) -> str:
    bare = source.rstrip("/")
    name = f"{bare if bare not in ('.', '..', '~', '') and '*' not in bare else 'archive'}{suffix}"
    return Home(name) if name.startswith("~/") else name


def _build_argv(
    archive: str, suffix: str, packed: list[str], skipped: list[str], *, protected: bool
) -> list[str]:
    if suffix in (".zip", ".jar"):
        skip = [word for one in skipped for word in ("-x", one)]
        return ["zip", "-r", *(["-e"] if protected else []), archive, *packed, *skip]
    if suffix == ".7z":
        return ["7z", "a", *(["-p"] if protected else []), archive, *packed]
    if suffix in TARS:
        return ["tar", *(f"--exclude={one}" for one in skipped), "-caf", archive, *packed]
    if suffix in SINGLES and single_file(packed):
        return [SINGLES[suffix], "-k", *packed]
    return []


def _read_exclusions(r: Reader) -> list[str]:
    names = []
    for n, token in r.free():
        if (
            {"except", "without"} & set(r.before(n, 3))
            and (token.literal is not None or not token.known)
            and not token.mark
        ):
            names.append(token.literal.value if token.literal else token.text)
            r.used.add(n)
    if names:
        r.take("except", "without")
    return names


def _sources(r: Reader) -> list[str]:
    paths = []
    for n, token in list(r.free()):
        if token.kind in ("path", "file", "glob", "quoted"):
            paths.append(path(token))
            r.used.add(n)
    for n, token in list(r.free()):
        named = token.kind == "name" or (not token.kind and not token.known and not token.mark)
        known = (
            token.known
            and (token.weight >= 1 or r.before(n) == ["named"])
            and set(r.before(n)) & {"folder", "named"}
            and not token.mark
        )
        if (
            (named or known)
            and (set(r.before(n, 2)) & {"folder", "named", "compress", "of", "file"})
            and token.concept not in ("folder", "file", "named")
        ):
            paths.append(path(token))
            r.used.add(n)
    return paths


def add(r: Reader, numbered_token: tuple[int, Token]) -> Filled | None:
    """What adds to an archive; None when its format cannot."""
    n, token = numbered_token
    r.used.add(n)
    r.take("add")
    archive, suffix = path(token), suffix_of(token.text)
    packed = _sources(r)
    if not packed or suffix not in (".tar", ".zip", ".7z"):
        return None
    argv = {
        ".tar": ["tar", "-rf", archive],
        ".zip": ["zip", "-r", archive],
        ".7z": ["7z", "a", archive],
    }[suffix]
    return finish("add", [*argv, *packed], CHANGES, what=" ".join(packed), archive=archive)
