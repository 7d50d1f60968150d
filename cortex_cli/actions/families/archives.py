"""Archives: create, unpack, list, add to; the name's extension decides the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Home, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, path, said
from cortex_cli.finding import CHANGES, READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

# A name that ends like an archive's says what is meant.
SURE = 1.05
# "what's in x.zip" holds nothing but the preposition and the name.
MENTION = 2
TARS = (
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tzst",
    ".tar.lz4",
    ".tar",
)
SINGLES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".lz4": "lz4"}
ENDINGS = (*TARS, ".zip", ".jar", ".7z", ".rar", *SINGLES)
_FORMATS = {
    "zip": ".zip", "zstd": ".tar.zst", "zst": ".tar.zst", "xz": ".tar.xz", "bzip2": ".tar.bz2",
    "bz2": ".tar.bz2", "gzip": ".tar.gz", "gz": ".tar.gz", "tgz": ".tar.gz", "7z": ".7z",
    "7zip": ".7z", "7-zip": ".7z", "tar": ".tar", "lzma": ".tar.xz",
}  # fmt: skip
_PACKAGES = {
    "unzip": "unzip",
    "zip": "zip",
    "7z": "p7zip-full",
    "unrar": "unrar",
    "zstd": "zstd",
    "xz": "xz-utils",
    "bzip2": "bzip2",
    "lz4": "lz4",
}
_NOISE = tuple(
    """
    check archive file folder all show content with use in to from create this name who recursive of
    new current every named inside image package only keeporiginal keep
    """.split()  # noqa: SIM905 - as above
)
_ELSEWHERE = frozenset(
    [
        "package",
        "database",
        "container",
        "sync",
        "journal",
        "pdf",
        "video",
        "image",
        "audio",
        "screen",
        "older",
        "newer",
        "more",
        "less",
        "big",
        "docker",
        "remote",
        "upload",
        "host",
    ]
)
_DOES = {
    "create": languages(
        "Packs {what} into {archive}.",
        "Archive {what} dans {archive}.",
        "Empaqueta {what} en {archive}.",
    ),
    "extract": languages(
        "Unpacks {archive} into {what}.",
        "Extrait {archive} dans {what}.",
        "Extrae {archive} en {what}.",
    ),
    "list": languages(
        "Lists what is in {archive}.",
        "Liste le contenu de {archive}.",
        "Lista el contenido de {archive}.",
    ),
    "add": languages(
        "Adds {what} to {archive}.", "Ajoute {what} à {archive}.", "Añade {what} a {archive}."
    ),
    "file": languages(
        "Compresses {what} and keeps the original.",
        "Compresse {what} et garde l'original.",
        "Comprime {what} y conserva el original.",
    ),
}


def compose(asked: Sentence) -> Draft | None:
    """The command that packs, unpacks or lists; None when no archive is meant."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    if concepts & _ELSEWHERE or not concepts & {
        "compress",
        "extract",
        "archive",
        "add",
        "show",
        "create",
        "verify",
        "in",
    }:
        return None
    archives = [
        (n, t)
        for n, t in r.free()
        if t.kind in ("path", "file", "quoted", "remote") and ending(t.text)
    ]
    if any(t.kind in ("glob", "duration", "size") for t in r.tokens) and "extract" in concepts:
        return None
    filled = None
    unpacks = "extract" in concepts and not concepts & {"without", "not"}
    if unpacks and archives:
        filled = _extract(r, archives[0])
    elif "verify" in concepts and archives:
        filled = None
    elif concepts & {"compress", "create", "archive"} and not (
        concepts & {"show"} and "content" in concepts
    ):
        filled = _create(r, archives)
    elif "add" in concepts and archives:
        filled = _add(r, archives[-1])
    looks = bool(concepts & {"show", "content", "who"}) or len(r.tokens) == MENTION
    if (
        filled is None
        and archives
        and looks
        and not concepts
        & {
            "compress",
            "delete",
            "copy",
            "move",
            "size",
            "containing",
            "line",
            "first",
            "last",
        }
    ):
        filled = _list(r, archives[0])
    if filled is None:
        return None
    r.noise(*_NOISE)
    return r.draft(filled, SURE)


def ending(name: str) -> str:
    """The ending that says which program packs ``name``; "" for none."""
    return next((one for one in ENDINGS if name.lower().endswith(one) and len(name) > len(one)), "")


def _filled(
    name: str, argv: list[str], effect: str, *, what: str = "", archive: str = "", output: str = ""
) -> Filled:
    does = said(_DOES[name], what=what, archive=archive)
    package = _PACKAGES.get(argv[0], "")
    check = Step((tuple(_listing(archive)),)) if name == "create" and archive else None
    step = Step((tuple(argv),), output)
    return Filled(
        f"archive-{name}",
        (step,),
        does,
        effect,
        package=package,
        check=check,
        manual=(f"{argv[0]}(1)",),
    )


def _extract(r: Reader, found: tuple[int, Token]) -> Filled | None:
    n, token = found
    r.used.add(n)
    r.take("extract")
    archive, suffix = path(token), ending(token.text)
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
            return _filled(
                "extract",
                [SINGLES[suffix], "-dc", archive],
                CHANGES,
                what=into,
                archive=archive,
                output=target,
            )
        argv = [SINGLES[suffix], "-dk", archive]
    del create
    return _filled("extract", argv, CHANGES, what=into or ".", archive=archive)


def _members(r: Reader) -> list[str]:
    found = []
    if r.has("only", "file"):
        for n, token in r.free():
            if token.kind == "file" and "only" in {*r.before(n, 2)} | (
                {"only"} if r.has("only") else set()
            ):
                found.append(path(token))
                r.used.add(n)
    return found


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


def _create(r: Reader, archives: list[tuple[int, Token]]) -> Filled | None:
    archive = ""
    for n, token in archives:
        if len(archives) > 1 and r.before(n)[:1] not in (["to"], ["in"], ["as"], ["named"]):
            continue
        archive = path(token)
        r.used.add(n)
        break
    named = any(
        t.concept == "archive" and ending(f"x{t.text}" if t.text.startswith(".") else f"x.{t.text}")
        for _, t in r.free()
    )
    suffix = ending(archive) or _format(r)
    excluded = _excluded(r)
    sources = _sources(r)
    if not sources or not (r.has("compress", "archive") or named):
        return None
    r.take("compress")
    protected = r.take("password", "encrypt")
    if not archive and not suffix and _single_file(sources):
        return _filled("file", ["gzip", "-k", *sources], CHANGES, what=sources[0])
    suffix = suffix or (".zip" if protected else ".tar.gz")
    if (
        not archive
        and _single_file(sources)
        and suffix in (".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")
        and not named
    ):
        return _filled(
            "file", [SINGLES[suffix.removeprefix(".tar")], "-k", *sources], CHANGES, what=sources[0]
        )
    archive = archive or _default(sources[0], suffix)
    argv = _packing(archive, suffix, sources, excluded, protected=protected)
    return (
        _filled("create", argv, CHANGES, what=" ".join(sources), archive=archive) if argv else None
    )


def _default(source: str, suffix: str) -> str:
    bare = source.rstrip("/")
    name = f"{bare if bare not in ('.', '..', '~', '') and '*' not in bare else 'archive'}{suffix}"
    return Home(name) if name.startswith("~/") else name


def _packing(
    archive: str, suffix: str, sources: list[str], excluded: list[str], *, protected: bool
) -> list[str]:
    if suffix in (".zip", ".jar"):
        skip = [word for one in excluded for word in ("-x", one)]
        return ["zip", "-r", *(["-e"] if protected else []), archive, *sources, *skip]
    if suffix == ".7z":
        return ["7z", "a", *(["-p"] if protected else []), archive, *sources]
    if suffix in TARS:
        return ["tar", *(f"--exclude={one}" for one in excluded), "-caf", archive, *sources]
    if suffix in SINGLES and _single_file(sources):
        return [SINGLES[suffix], "-k", *sources]
    return []


def _format(r: Reader) -> str:
    for n, token in r.free():
        word = token.text.lower().lstrip(".")
        if word.startswith("tar."):
            r.used.add(n)
            return f".{word}"
        if word in _FORMATS and token.kind in ("", "name", "extension"):
            if word in ("zip", "tar", "gzip") and token.known:
                if word == "tar" and any(
                    t.text.lower() in ("gzip", "gz", "compressed") for t in r.tokens
                ):
                    continue
                if word == "tar" and r.has("compress") and token.concept != "compress":
                    continue
                r.used.add(n)
                return {"zip": ".zip", "tar": ".tar.gz", "gzip": ".tar.gz"}[word]
            r.used.add(n)
            return _FORMATS[word]
    return ""


def _excluded(r: Reader) -> list[str]:
    found = []
    for n, token in r.free():
        if (
            {"except", "without"} & set(r.before(n, 3))
            and (token.literal is not None or not token.known)
            and not token.mark
        ):
            found.append(token.literal.value if token.literal else token.text)
            r.used.add(n)
    if found:
        r.take("except", "without")
    return found


def _sources(r: Reader) -> list[str]:
    found = []
    for n, token in list(r.free()):
        if token.kind in ("path", "file", "glob", "quoted"):
            found.append(path(token))
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
            found.append(path(token))
            r.used.add(n)
    return found


def _single_file(sources: list[str]) -> bool:
    return len(sources) == 1 and "." in sources[0].rsplit("/", 1)[-1].lstrip(".")


def _add(r: Reader, found: tuple[int, Token]) -> Filled | None:
    n, token = found
    r.used.add(n)
    r.take("add")
    archive, suffix = path(token), ending(token.text)
    sources = _sources(r)
    if not sources or suffix not in (".tar", ".zip", ".7z"):
        return None
    argv = {
        ".tar": ["tar", "-rf", archive],
        ".zip": ["zip", "-r", archive],
        ".7z": ["7z", "a", archive],
    }[suffix]
    return _filled("add", [*argv, *sources], CHANGES, what=" ".join(sources), archive=archive)


def _listing(archive: str) -> list[str]:
    suffix = ending(archive)
    if suffix in (".zip", ".jar"):
        return ["unzip", "-l", archive]
    if suffix == ".7z":
        return ["7z", "l", archive]
    if suffix == ".rar":
        return ["unrar", "l", archive]
    return (
        ["tar", "-tf", archive] if suffix in TARS else [SINGLES.get(suffix, "gzip"), "-l", archive]
    )


def _list(r: Reader, found: tuple[int, Token]) -> Filled:
    n, token = found
    r.used.add(n)
    r.take("extract", "without")
    archive = path(token)
    return _filled("list", _listing(archive), READS, archive=archive)
