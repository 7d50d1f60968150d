"""Copies between folders and machines: cp, scp or rsync, as the host and the options decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Home, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, DESTROYS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_DOES = languages(
    "Copies {source} to {target}.", "Copie {source} vers {target}.", "Copia {source} a {target}."
)
_MIRROR = languages(
    "Makes {target} the same as {source}; what {source} lacks is deleted there.",
    "Rend {target} identique à {source} ; ce qui manque dans {source} y est supprimé.",
    "Deja {target} igual que {source}; lo que falta en {source} se borra allí.",
)
_GONE = expression(
    r"gone|no longer|missing|not in|extra|removed|obsolete"
    r"|n'exist|plus dans|disparu|en trop|ya no|sobra|falta"
)
_NOISE = tuple(
    """
    copy file folder ssh host with to from recursive sync upload download via content service
    use in user remote backup keep permission time between home named current progress every
    owner move
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    [
        "package",
        "key",
        "container",
        "git",
        "repository",
        "compress",
        "archive",
        "extract",
        "database",
        "partition",
        "disk",
        "clock",
        "ntp",
        "image",
        "url",
        "web",
        "commit",
        "branch",
        "public",
        "journal",
        "mount",
    ]
)


def compose(asked: Sentence) -> Draft | None:
    """scp or rsync for ``asked``; None when nothing goes from one place to another."""
    r = Reader(asked)
    concepts = {t.concept for t in r.tokens}
    urls = any(t.kind in ("url", "glob", "duration", "size") for t in r.tokens)
    if concepts & _ELSEWHERE or (urls and "sync" not in concepts):
        return None
    if not concepts & {"copy", "sync", "upload", "download", "move", "backup"}:
        return None
    sync = bool(concepts & {"sync"}) or ("backup" in concepts and not concepts & {"copy", "upload"})
    remote = _remote(r)
    if not sync and remote is None:
        return None
    user = _login(r)
    places = _places(r)
    target = _ends(places, remote, user)
    if target is None:
        return None
    source, destination = target
    exclude = _read_exclusions(r)
    mirror = bool(_GONE.search(asked.text.lower())) and sync and r.has("delete")
    if mirror:
        r.take("delete", "not", "in", "who", "last")
        r.used.update(n for n, t in r.free() if _GONE.search(t.text.lower()))
    elif sync and r.take("delete"):
        mirror = True
    dry = ["-n"] if r.take("simulate") else []
    if sync:
        argv = [
            "rsync",
            "-av",
            *dry,
            *(["--delete"] if mirror else []),
            *(f"--exclude={e}" for e in exclude),
            _add_slash(source),
            destination,
        ]
    else:
        single = "." in source.rsplit("/", 1)[-1] and not r.has("folder", "recursive")
        argv = ["scp", *([] if single else ["-r"]), source, destination]
    r.noise(*_NOISE)
    preview = (
        Step((("rsync", "-avn", "--delete", _add_slash(source), destination),)) if mirror else None
    )
    does = localize(_MIRROR if mirror else _DOES, source=source, target=destination)
    filled = Filled(
        "copy-" + argv[0],
        (Step((tuple(argv),)),),
        does,
        DESTROYS if mirror else CHANGES,
        package="rsync" if sync else "",
        preview=preview,
        manual=(f"{argv[0]}(1)",),
    )
    return r.draft(filled)


def _add_slash(source: str) -> str:
    """rsync copies what is in a folder when its name ends with a slash."""
    last = source.rsplit("/", 1)[-1]
    if source.endswith("/") or ("." in last and last not in (".", "..")) or not last:
        return source
    return Home(f"{source}/") if isinstance(source, Home) else f"{source}/"


def _remote(r: Reader) -> tuple[int, str, str] | None:
    """The token, the machine and which way: "to" or "from"."""
    for n, token in r.free():
        if token.kind == "remote":
            r.used.add(n)
            return n, token.text, _direction(r, n)
    for n, token in r.free():
        before = r.before(n, 2)
        hosted = (
            "host" in before
            or "service" in before
            or "to" in before
            or "from" in before
            or "in" in before
        )
        if token.kind in ("address", "host", "ip") and hosted:
            r.used.add(n)
            return n, token.text, _direction(r, n)
    for n, token in r.free():
        if token.kind == "name" and r.before(n) == ["from"] and r.has("to") and r.has("copy"):
            r.used.add(n)
            return n, token.text, "from"
    for n, token in r.free():
        before = r.before(n, 2)
        named = token.kind == "name" or (not token.kind and token.weight >= 0.5 and not token.mark)
        if (
            named
            and before[:1]
            and before[0] in ("host", "service")
            and token.concept not in ("host", "service", "ssh")
        ):
            r.used.add(n)
            return n, token.text, _direction(r, n)
    return None


def _login(r: Reader) -> str:
    """ "as root", "with the user pepe": who logs in there."""
    for n, token in r.free():
        named = token.kind == "name" or (
            not token.kind and (not token.known or token.concept == "root")
        )
        before = r.before(n, 2)
        if named and before and (before[0] == "user" or before[0] == "as"):
            r.used.add(n)
            return token.text
    return ""


def _direction(r: Reader, n: int) -> str:
    before = r.before(n, 3)
    if "of" in before[:2] and "to" not in before[:2]:
        return "from"
    return (
        "from"
        if "from" in before and "to" not in before[: before.index("from")]
        else "to"
        if "to" in before or not r.has("download")
        else "from"
    )


def _places(r: Reader) -> list[tuple[int, str]]:
    places = []
    for n, token in r.free():
        if "except" in r.before(n, 2):
            continue
        named = token.kind == "name" or (not token.kind and not token.known and not token.mark)
        if (
            token.kind in ("path", "file", "quoted", "device")
            or (named and not _GONE.search(token.text.lower()))
            or _after_folder(r, n, token)
        ):
            places.append((n, path(token)))
            r.used.add(n)
    return places


def _after_folder(r: Reader, n: int, token: Token) -> bool:
    return r.before(n)[:1] == ["folder"] and token.known and token.weight >= 1 and not token.mark


def _ends(
    places: list[tuple[int, str]], remote: tuple[int, str, str] | None, user: str
) -> tuple[str, str] | None:
    if remote is None:
        return (places[0][1], places[1][1]) if len(places) == 2 else None
    n, host, way = remote
    host = f"{user}@{host}" if user and "@" not in host else host
    if not places or len(places) > 2:
        return None
    if (":" in host and "/" in host) or host.endswith(":"):
        local = places[0][1]
        return (host, local) if n < places[0][0] or way == "from" else (local, host)
    near = places[1][1] if len(places) == 2 else ""
    host = host.rstrip(":")
    if way == "from":
        return f"{host}:{places[0][1]}", near or "."
    return places[0][1], f"{host}:{near}"


def _read_exclusions(r: Reader) -> list[str]:
    names = []
    for n, token in r.free():
        if "except" in r.before(n, 2) and not token.mark and token.concept != "folder":
            names.append(token.literal.value if token.literal else token.text)
            r.used.add(n)
    r.take("except")
    return names
