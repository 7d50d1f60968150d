"""tar -x, unzip, 7z x, unrar, gzip -d: what comes out of an archive, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.archives.formats import SINGLES, TARS, build_listing, suffix_of
from cortex_cli.actions.families.archives.results import finish
from cortex_cli.actions.families.draft import path
from cortex_cli.finding import CHANGES, READS

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.sentence import Token


def unpack(r: Reader, numbered_token: tuple[int, Token]) -> Filled | None:
    """What unpacks one archive, whole or in part."""
    n, token = numbered_token
    r.used.add(n)
    r.take("extract")
    archive, suffix = path(token), suffix_of(token.text)
    members = _members(r)
    into = _place(r)
    password = _password(r)
    create = r.has("create", "new")
    if suffix in TARS:
        argv = ["tar", "-xf", archive, *(["-C", into] if into else [])]
        argv += members
    elif suffix in (".zip", ".jar"):
        argv = [
            "unzip",
            *(["-P", password] if password else []),
            archive,
            *members,
            *(["-d", into] if into else []),
        ]
    elif suffix == ".7z":
        argv = [
            "7z",
            "x",
            *([f"-p{password}"] if password else []),
            archive,
            *([f"-o{into}"] if into else []),
        ]
    elif suffix == ".rar":
        argv = ["unrar", "x", archive, *([into] if into else [])]
    else:
        if into:
            target = f"{into}/{str(archive).rsplit('/', 1)[-1].removesuffix(suffix)}"
            return finish(
                "extract",
                [SINGLES[suffix], "-dc", archive],
                CHANGES,
                what=into,
                archive=archive,
                output=target,
            )
        argv = [SINGLES[suffix], "-dk", archive]
    del create
    return finish("extract", argv, CHANGES, what=into or ".", archive=archive)


def _members(r: Reader) -> list[str]:
    members = []
    if r.has("only", "file"):
        for n, token in r.free():
            if token.kind in ("file", "path") and "only" in {*r.before(n, 2)} | (
                {"only"} if r.has("only") else set()
            ):
                members.append(path(token))
                r.used.add(n)
    return members


def _place(r: Reader) -> str:
    for n, token in r.free():
        if token.kind in ("path", "file", "quoted") and token.text and r.before(n, 2):
            r.used.add(n)
            return path(token)
    for n, token in r.free():
        named = token.kind == "name" or (not token.kind and not token.known and not token.mark)
        if named and set(r.before(n, 2)) & {"in", "to", "folder", "named"}:
            r.used.add(n)
            return path(token)
    return ""


def _password(r: Reader) -> str:
    if not r.has("password"):
        return ""
    for n, token in r.free():
        if r.before(n)[:1] == ["password"] and (
            token.kind in ("quoted", "name") or not token.known
        ):
            r.used.add(n)
            r.take("password")
            return token.literal.value if token.literal else token.text
    return ""


def list_content(r: Reader, numbered_token: tuple[int, Token]) -> Filled:
    """What lists one archive."""
    n, token = numbered_token
    r.used.add(n)
    r.take("extract", "without")
    archive = path(token)
    return finish("list", build_listing(archive), READS, archive=archive)


def test(r: Reader, numbered_token: tuple[int, Token]) -> Filled:
    """What reads one archive to its end and says whether it is whole."""
    n, token = numbered_token
    r.used.add(n)
    r.take("verify", "error", "extract")
    archive, suffix = path(token), suffix_of(token.text)
    if suffix in (".zip", ".jar"):
        argv = ["unzip", "-t", archive]
    elif suffix in (".7z", ".rar"):
        argv = ["7z", "t", archive]
    elif suffix in TARS:
        argv = ["tar", "-tf", archive]
    else:
        argv = [SINGLES[suffix], "-t", archive]
    return finish("test", argv, READS, archive=archive)
