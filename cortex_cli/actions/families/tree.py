"""find: which files, and what is done with them.  Every test goes with every action.

"delete the logs below /srv older than a month", "the ten biggest videos", "how many empty
folders": root by tests by action by presentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families import treetests
from cortex_cli.actions.families.draft import Draft, Reader, languages, path
from cortex_cli.actions.families.treetests import Selection
from cortex_cli.finding import CHANGES, DESTROYS, READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

SHOWN = "10"
_WANTED = tuple(
    """
    find show count delete copy move big small oldest newest many checksum compress replace sum
    all use last change who exists
    """.split()  # noqa: SIM905 - as above
)
_NOISE = tuple(
    """
    check show find all file folder who use name this exists have every result type current new
    content place path in information
    """.split()  # noqa: SIM905 - as above
)
# What may be taken from a file without deleting it.
_PARTS = ("permission", "line", "word", "column", "character", "password", "acl", "metadata")
_BELOW = ("sub", "sous")
_SPACE = ("space", "place", "espace", "espacio", "ocupa", "pesa", "occup")
_DOES = {
    "list": languages(
        "Lists what matches below {root}.",
        "Liste ce qui correspond sous {root}.",
        "Lista lo que coincide bajo {root}.",
    ),
    "count": languages(
        "Counts what matches below {root}.",
        "Compte ce qui correspond sous {root}.",
        "Cuenta lo que coincide bajo {root}.",
    ),
    "delete": languages(
        "Deletes what matches below {root}.",
        "Supprime ce qui correspond sous {root}.",
        "Borra lo que coincide bajo {root}.",
    ),
    "copy": languages(
        "Copies what matches below {root} to {to}.",
        "Copie ce qui correspond sous {root} vers {to}.",
        "Copia lo que coincide bajo {root} a {to}.",
    ),
    "move": languages(
        "Moves what matches below {root} to {to}.",
        "Déplace ce qui correspond sous {root} vers {to}.",
        "Mueve lo que coincide bajo {root} a {to}.",
    ),
    "archive": languages(
        "Packs what matches below {root} into {to}.",
        "Archive ce qui correspond sous {root} dans {to}.",
        "Empaqueta lo que coincide bajo {root} en {to}.",
    ),
    "total": languages(
        "Adds up the sizes of what matches below {root}.",
        "Additionne les tailles de ce qui correspond sous {root}.",
        "Suma los tamaños de lo que coincide bajo {root}.",
    ),
    "checksum": languages(
        "Prints a checksum of each match below {root}.",
        "Donne la somme de contrôle de chaque fichier trouvé sous {root}.",
        "Da la suma de verificación de cada archivo hallado bajo {root}.",
    ),
    "lines": languages(
        "Counts the lines of each match below {root}.",
        "Compte les lignes de chaque fichier trouvé sous {root}.",
        "Cuenta las líneas de cada archivo hallado bajo {root}.",
    ),
    "words": languages(
        "Counts the words of each match below {root}.",
        "Compte les mots de chaque fichier trouvé sous {root}.",
        "Cuenta las palabras de cada archivo hallado bajo {root}.",
    ),
    "chmod": languages(
        "Changes the mode of what matches below {root}.",
        "Change les droits de ce qui correspond sous {root}.",
        "Cambia los permisos de lo que coincide bajo {root}.",
    ),
    "chown": languages(
        "Changes the owner of what matches below {root}.",
        "Change le propriétaire de ce qui correspond sous {root}.",
        "Cambia el dueño de lo que coincide bajo {root}.",
    ),
    "ranked": languages(
        "Ranks what matches below {root}.",
        "Classe ce qui correspond sous {root}.",
        "Clasifica lo que coincide bajo {root}.",
    ),
    "grep": languages(
        "Lists the files below {root} that contain the text.",
        "Liste les fichiers sous {root} qui contiennent le texte.",
        "Lista los archivos bajo {root} que contienen el texto.",
    ),
    "compress": languages(
        "Compresses each match below {root}.",
        "Compresse chaque fichier trouvé sous {root}.",
        "Comprime cada archivo hallado bajo {root}.",
    ),
}


def compose(asked: Sentence) -> Draft | None:
    """find's command for ``asked``; None when it is not about a choice of files."""
    r = Reader(asked)
    if not _about_files(r):
        return None
    chosen = Selection()
    target = _target(r)
    reserved = {target[0]} if target else set()
    mode = _mode(r)
    owner = _new_owner(r)
    treetests.read_ages(r, chosen)
    treetests.read_sizes(r, chosen)
    treetests.read_depth(r, chosen)
    _read_content(r, chosen, reserved)
    r.used |= reserved
    treetests.read_names(r, chosen)
    treetests.read_kind(r, chosen)
    treetests.read_owners(r, chosen)
    treetests.read_roots(r, chosen, reserved)
    treetests.read_known_root(r, chosen)
    if not chosen.roots and r.take("this", "disk"):
        chosen.roots.append("/")
    _loose_names(r, chosen)
    made = _act(r, chosen, target[1] if target else "", mode, owner)
    if made is None:
        return None
    if r.has("many", "count", "show"):
        r.take("containing")
    r.noise(*_NOISE)
    return r.draft(made)


def _about_files(r: Reader) -> bool:
    said = {token.concept for token in r.tokens}
    kinds = {token.kind for token in r.tokens}
    if said & {
        "package",
        "service",
        "commit",
        "branch",
        "container",
        "user",
        "rename",
        "convert",
        "extract",
        "sync",
        "port",
        "git",
        "process",
        "mount",
        "column",
    } - ({"user", "package"} if "file" in said else set()):
        return bool(said & {"owned", "owner"}) and "file" in said
    if said & {"compress", "archive"} and not (
        said & {"find", "all", "every"} or kinds & {"glob", "extension", "duration", "size"}
    ):
        return False
    objects = said & (treetests.FILES | {"hidden"}) or kinds & {"glob", "extension"}
    if said & treetests.ALONE and not said & {"find", "count", "many", "big", "all", "delete"}:
        return bool(kinds & {"glob", "extension", "size", "duration"}) and "file" in said
    return bool(objects) and bool(said & set(_WANTED) or kinds & {"glob", "duration", "size"})


def _target(r: Reader) -> tuple[int, str] | None:
    """Where results go: "to /backup", "into all.tar.gz", "save the list to x.txt"."""
    if not r.has("copy", "move", "compress", "archive", "save", "write"):
        return None
    for n, token in reversed(list(r.free())):
        before = r.before(n, 3)
        into = before[:1] in (["to"], ["as"]) or (
            before[:1] == ["folder"] and before[1:2] == ["to"]
        )
        into = into or (
            before[:1] == ["in"] and r.has("copy", "move", "save", "compress") and _last_place(r, n)
        )
        into = into or (before[:1] == ["named"] and "archive" in before)
        if into and (
            token.kind in ("path", "file", "name", "quoted") or (not token.known and not token.mark)
        ):
            r.used.update({n, n - 1})
            if before[:1] in (["folder"], ["named"]):
                r.used.add(n - 2)
            return n, path(token)
    return None


def _last_place(r: Reader, n: int) -> bool:
    places = [k for k, token in r.free() if token.kind in ("path", "file")]
    return len(places) > 1 and places[-1] == n


def _mode(r: Reader) -> str:
    if not (r.has("change", "grant", "permission") and r.has("permission")):
        return ""
    for n, token in r.free():
        octal = token.kind == "number" and len(token.text) in (3, 4)
        if (octal or token.kind == "mode") and r.has("change", "grant") and token.literal:
            r.used.add(n)
            r.take("change", "permission", "grant")
            return token.literal.value
    return ""


def _new_owner(r: Reader) -> str:
    if not (r.has("change") and r.has("owner")):
        return ""
    for n, token in r.free():
        if r.before(n)[:1] in (["to"], ["by"]) and (
            token.kind == "name" or (not token.known and not token.kind)
        ):
            r.used.add(n)
            r.take("change", "owner")
            return token.text
    return ""


def _read_content(r: Reader, chosen: Selection, reserved: set[int]) -> None:
    """What the files must contain."""
    searched = r.has("find") and r.has("recursive", "all", "every")
    if not searched and not r.has("containing", "word", "string"):
        return
    for n, token in r.free():
        before = r.before(n, 3)
        grepped = "grep" in r.asked.text.lower() and (token.kind == "name" or token.wordy)
        if searched and (token.kind == "quoted" or grepped) and before[:1] in (["for"], ["find"]):
            before = ["containing"]
        text = token.kind in ("quoted", "name", "number", "ip", "address", "url", "variable") or (
            not token.literal
            and (token.wordy or (before[:1] != ["and"] and set(before[:1]) <= _HOLDERS))
            and token.concept not in _HOLDERS
        )
        if (
            n not in reserved
            and not token.mark
            and text
            and (token.kind == "quoted" or grepped or set(before[:1]) & _HOLDERS)
            and {"containing", "word", "string"} & set(before)
        ):
            if "name" in before:
                continue
            chosen.content = token.literal.value if token.literal else token.text
            chosen.content_place = n
            r.used.add(n)
            r.take("containing", "word", "string", "line")
            return


_HOLDERS = frozenset({"containing", "word", "string", "line", "name"})


def _loose_names(r: Reader, chosen: Selection) -> None:
    """A file's name with no role: "find passwd.txt"."""
    for n, token in r.free():
        if token.kind == "file" and not chosen.names:
            r.used.add(n)
            chosen.names.append(token.text)


def _act(r: Reader, chosen: Selection, target: str, mode: str, owner: str) -> Filled | None:
    found = ["find", *chosen.words()]
    root = " ".join(chosen.roots) or "."
    permits = any(part in r.asked.text.lower() for part in ("permission", "droit", "permiso"))
    if r.has("delete") and (r.has(*_PARTS) or permits):
        return None
    if r.has("delete") and not chosen.roots and not chosen.names and "!" in chosen.tests:
        return None
    if r.take("delete"):
        return _deletion(chosen, found, root) if chosen.specific() else None
    sub = chosen.kind == "d" and any(
        token.concept == "folder" and token.text.lower().startswith(_BELOW) for token in r.tokens
    )
    if (
        not chosen.specific()
        and not sub
        and not r.has(
            "count",
            "many",
            "big",
            "small",
            "oldest",
            "newest",
            "sum",
            "checksum",
            "md5",
            "sort",
            "size",
        )
    ):
        return None
    if (mode or owner) and not (chosen.names or r.has("all", "every", "find")):
        return None
    if mode:
        return _filled("chmod", [*found, "-exec", "chmod", mode, "{}", "+"], root, CHANGES)
    if owner:
        return _filled(
            "chown", [*found, "-exec", "chown", owner, "{}", "+"], root, CHANGES, needs_root=True
        )
    for concept, program in (("copy", "cp"), ("move", "mv")):
        if r.has(concept):
            if not target or not r.take(concept):
                return None
            argv = [*found, "-exec", program, "-t", target, "{}", "+"]
            return _filled(concept, argv, root, CHANGES, to=target)
    if r.has("compress") or (r.has("create") and r.has("archive")):
        r.take("compress", "archive", "create")
        return _packed(found, root, target)
    if chosen.content:
        return _grepped(r, chosen, found, root, target)
    return _shown(r, chosen, found, root, target)


def _deletion(chosen: Selection, found: list[str], root: str) -> Filled:
    folders = chosen.kind == "d" and "-empty" not in found
    last = ["-prune", "-exec", "rm", "-r", "{}", "+"] if folders else ["-delete"]
    filled = _filled("delete", [*found, *last], root, DESTROYS)
    return _with(filled, Step((tuple(found),)))


def _with(filled: Filled, preview: Step) -> Filled:
    from dataclasses import replace

    return replace(filled, preview=preview)


def _packed(found: list[str], root: str, target: str) -> Filled | None:
    if not target:
        return _filled("compress", [*found, "-exec", "gzip", "{}", "+"], root, CHANGES)
    pack = ("tar", "-caf", target, "--null", "-T", "-")
    if target.endswith(".zip"):
        return _piped(
            "archive", [tuple(found), ("zip", target, "-@")], root, "", CHANGES, to=target
        )
    return _piped("archive", [(*found, "-print0"), pack], root, "", CHANGES, to=target)


def _grepped(r: Reader, chosen: Selection, found: list[str], root: str, target: str) -> Filled:
    options = "-l" + ("i" if chosen.case else "") + ("w" if r.take("whole") else "")
    if _denied(r, chosen.content_place):
        r.take("not", "without")
        options = options.replace("l", "L")
    tested = (
        chosen.tests or chosen.excluded or chosen.depth or any("/" in name for name in chosen.names)
    )
    if tested:
        argv = [*found, "-exec", "grep", options, "-e", chosen.content, "{}", "+"]
    else:
        names = [f"--include={name}" for name in chosen.names]
        argv = ["grep", f"-r{options[1:]}", *names, "-e", chosen.content, *(chosen.roots or ["."])]
    stages = [tuple(argv)]
    if r.take("count", "many"):
        stages.append(("wc", "-l"))
    r.take("save", "write")
    return _piped("grep", stages, root, target)


def _denied(r: Reader, content: int) -> bool:
    """Whether the content must be missing: a negation shortly before it."""
    near = range(max(0, content - 4), max(0, content))
    return any(r.tokens[n].concept in ("not", "without") for n in near)


def _shown(r: Reader, chosen: Selection, found: list[str], root: str, target: str) -> Filled | None:
    if r.has("word") and r.has("count", "many") and r.take("word", "count", "many"):
        return _piped("words", [(*found, "-exec", "wc", "-w", "{}", "+")], root, target)
    lines = r.has("line") and r.take("line")
    if lines and r.take("count", "many", "sum"):
        total = [(*found, "-exec", "cat", "{}", "+"), ("wc", "-l")] if r.take("sum") else None
        return _piped("lines", total or [(*found, "-exec", "wc", "-l", "{}", "+")], root, target)
    if r.take("checksum", "md5"):
        r.take("sum")
        program = next(
            (one for one in ("sha512", "sha256", "sha1", "md5") if one in r.asked.text.lower()),
            "sha256",
        )
        return _piped("checksum", [(*found, "-exec", f"{program}sum", "{}", "+")], root, target)
    ranked = _ranking(r, chosen, found, root, target)
    if ranked is not None:
        return ranked
    if r.has("size") and not r.has("every") and r.take("sum", "size", "many", "space"):
        stages = [(*found, "-print0"), ("du", "-ch", "--files0-from=-"), ("tail", "-n", "1")]
        return _piped("total", stages, root, target)
    if r.take("count", "many"):
        r.take("number", "sum")
        return _piped("count", [tuple(found), ("wc", "-l")], root, target)
    return _listed(r, found, root, target)


def _ranking(
    r: Reader, chosen: Selection, found: list[str], root: str, target: str
) -> Filled | None:
    """ "the ten biggest", "the newest", "sorted by size"."""
    sized = r.has("sort") and r.has("size")
    timed = r.has("sort") and r.has("modified", "time")
    if not (r.has("big", "small", "oldest", "newest") or sized or timed):
        return None
    count = _number(r) or ("" if sized or timed else SHOWN)
    up = r.take("small", "oldest")
    reverse = "" if up else "r"
    by_size = r.has("big", "small") or sized
    r.take(
        "big",
        "newest",
        "sort",
        "size",
        "space",
        "time",
        "modified",
        "reverse",
        "last",
        "first",
        "by",
        "sum",
    )
    if by_size and chosen.kind == "d":
        stages = [("du", "-h", "--max-depth=1", *(chosen.roots or ["."])), ("sort", f"-{reverse}h")]
    elif by_size and not chosen.specific() and any(word in r.asked.text.lower() for word in _SPACE):
        stages = [("du", "-ah", *(chosen.roots or ["."])), ("sort", f"-{reverse}h")]
    elif by_size:
        stages = [(*found, "-printf", "%s\\t%p\\n"), ("sort", f"-{reverse}n")]
    else:
        stages = [
            (*found, "-printf", "%T+ %p\\n"),
            ("sort", *([f"-{reverse}"] if reverse else [])),
        ]
    if count:
        stages.append(("head", "-n", count))
    return _piped("ranked", stages, root, target)


def _number(r: Reader) -> str:
    found = r.literal("number")
    if found is None or found[1].literal is None:
        return ""
    r.used.add(found[0])
    return f"{found[1].literal.number:g}"


def _listed(r: Reader, found: list[str], root: str, target: str) -> Filled:
    r.take("save", "write")
    if r.has("size") and r.has("every") and r.take("size"):
        return _piped("list", [(*found, "-exec", "du", "-h", "{}", "+")], root, target)
    stages: list[tuple[str, ...]] = [tuple(found)]
    if r.take("information", "size", "long"):
        stages = [(*found, "-ls")]
    if r.take("sort"):
        stages.append(("sort", "-r") if r.take("reverse") else ("sort",))
    if r.has("first", "last") and (count := _number(r)):
        stages.append(("head" if r.take("first") else "tail", "-n", count))
        r.take("last")
    return _piped("list", stages, root, target)


def _filled(
    name: str, argv: list[str], root: str, effect: str, *, needs_root: bool = False, to: str = ""
) -> Filled:
    done = _piped(name, [tuple(argv)], root, "", effect, to=to)
    return _rooted(done) if needs_root else done


def _rooted(filled: Filled) -> Filled:
    from dataclasses import replace

    return replace(filled, needs_root=True)


def _piped(
    name: str,
    stages: list[tuple[str, ...]],
    root: str,
    output: str,
    effect: str = READS,
    *,
    to: str = "",
) -> Filled:
    from cortex_cli.actions.families.draft import said

    does = said(_DOES[name], root=root, to=to)
    return Filled(
        f"tree-{name}",
        (Step(tuple(stages), output),),
        does,
        effect if not output else CHANGES,
        manual=("find(1)",),
    )
