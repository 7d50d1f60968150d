"""chmod, chown, chgrp: who may do what with a path, alone or with everything below it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_MODE = languages(
    "Sets the mode of {path} to {mode}.",
    "Met les droits de {path} à {mode}.",
    "Pone los permisos de {path} en {mode}.",
)
_OWNER = languages(
    "Makes {owner} the owner of {path}.",
    "Donne {path} à {owner}.",
    "Hace a {owner} dueño de {path}.",
)
_NOISE = tuple(
    """
    file folder change permission owner recursive to grant group user content script add every
    everyone others own owned allow by only program and process enable path in with
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    [
        "service",
        "package",
        "find",
        "acl",
        "show",
        "sudo",
        "ssh",
        "key",
        "mount",
        "firewall",
        "port",
        "older",
        "newer",
        "more",
        "host",
        "member",
        "umask",
        "default",
        "container",
        "many",
        "count",
        "rename",
        "copy",
        "move",
        "start",
        "run",
        "login",
        "install",
        "print",
        "immutable",
    ]
)
# "files owned by the group x" changes nothing.
_CHANGES = ("change", "grant", "add", "create", "convert", "allow", "set")
_WHO = (("others", "o"), ("everyone", "a"), ("group", "g"), ("owner", "u"))
# "read and execute": the verb that elsewhere only shows.
_READS = frozenset({"read", "lire", "lecture", "leer", "lectura"})
_MAY = (("executable", "x"), ("writable", "w"), ("write", "w"), ("readable", "r"))


def compose(asked: Sentence) -> Draft | None:
    """chmod or chown for ``asked``; None when no rights are to be changed."""
    r = Reader(asked)
    concepts = {t.concept for t in r.tokens}
    if _every_one(r):
        return None
    if concepts & _ELSEWHERE - {"show"} or any(
        t.kind in ("glob", "duration", "size", "unit") for t in r.tokens if t.kind != "glob"
    ):
        return None
    filled = (
        _ownership(r)
        if concepts & {"owner", "owned"}
        or ("group" in concepts and "change" in concepts)
        or ("user" in concepts and "grant" in concepts)
        else None
    )
    if filled is None:
        r.used.clear()
        filled = _mode(r, concepts)
    if filled is None:
        return None
    r.noise(*_NOISE)
    return r.draft(filled)


def _every_one(r: Reader) -> bool:
    """ "all folders below x": a choice of files, which find makes."""
    return any(
        one.concept in ("all", "every") and two.concept in ("file", "folder")
        for one, two in pairwise(r.tokens)
    )


def _targets(r: Reader) -> list[str]:
    targets = []
    for n, token in list(r.free()):
        named = (
            r.before(n)[:1] in (["file"], ["folder"], ["script"])
            and not token.mark
            and not token.known
        )
        if token.kind in ("path", "file", "glob", "extension") or (
            named and token.kind in ("name", "quoted", "")
        ):
            targets.append(path(token))
            r.used.add(n)
    return targets


def _ownership(r: Reader) -> Filled | None:
    if not r.has("change", "owner", "grant", "owned") or not r.has(*_CHANGES):
        return None
    targets = _targets(r)
    owner = group = ""
    for n, token in list(r.free()):
        if not _is_name(token):
            continue
        near = r.before(n, 2)
        literal = token.text
        if "group" in near[:2] and not group:
            group = literal
        elif not owner:
            owner = literal
        else:
            group = group or literal
        r.used.add(n)
    if not targets or not (owner or group) or (r.has("show") and not r.has("change", "grant")):
        return None
    if r.has("who") and not r.has("change", "grant"):
        return None
    if r.has("group") and not group and not r.has("owner", "owned", "user"):
        owner, group = "", owner
    deep = ["-R"] if r.has("recursive", "content") or (r.has("all") and not r.has("user")) else []
    if group and not owner:
        argv = ["chgrp", *deep, "--", group, *targets]
    else:
        argv = ["chown", *deep, "--", f"{owner}:{group}" if group else owner, *targets]
    argv = _drop_separator(argv)
    does = localize(_OWNER, owner=f"{owner}:{group}".strip(":"), path=" ".join(targets))
    return Filled(
        "rights-" + argv[0],
        (Step((tuple(argv),)),),
        does,
        CHANGES,
        needs_root=True,
        check=_check(targets),
        manual=(f"{argv[0]}(1)",),
    )


def _drop_separator(argv: list[str]) -> list[str]:
    """Without ``--`` where nothing after it could be an option."""
    at = argv.index("--")
    return (
        argv if any(one.startswith("-") for one in argv[at + 1 :]) else argv[:at] + argv[at + 1 :]
    )


def _is_name(token: Token) -> bool:
    return token.kind in ("name", "quoted", "hostport") or (
        not token.kind and not token.mark and (not token.known or token.concept == "root")
    )


def _check(targets: list[str]) -> Step:
    return Step((("ls", "-ld", *targets),))


def _mode(r: Reader, concepts: set[str]) -> Filled | None:
    octal = next(
        (
            (n, t)
            for n, t in r.free()
            if t.kind == "mode"
            or (t.kind == "number" and len(t.text) in (3, 4) and set(t.text) <= set("01234567"))
        ),
        None,
    )
    words = concepts & {"executable", "writable", "readable", "write"}
    if octal is None and not words:
        return None
    if (
        not concepts
        & {
            "change",
            "grant",
            "permission",
            "add",
            "delete",
            "allow",
            "deny",
            "enable",
            "create",
            "convert",
        }
        and not (words and "make" in r.asked.text.lower())
        and "rend" not in r.asked.text.lower()
        and "hacer" not in r.asked.text.lower()
    ):
        return None
    targets = _targets(r)
    if not targets:
        return None
    if octal is not None and octal[1].literal is not None:
        r.used.add(octal[0])
        mode = octal[1].literal.value
    else:
        mode = _read_mode_words(r)
    whole = any(t.kind == "path" and r.before(n)[:1] == ["all"] for n, t in enumerate(r.tokens))
    deep = ["-R"] if whole or r.has("recursive", "content") else []
    if r.take("delete", "deny", "not", "without") and "+" in mode:
        mode = mode.replace("+", "-")
    does = localize(_MODE, mode=mode, path=" ".join(targets))
    argv = ["chmod", *deep, *(["--"] if mode.startswith("-") else []), mode, *targets]
    return Filled(
        "rights-chmod",
        (Step((tuple(argv),)),),
        does,
        CHANGES,
        check=_check(targets),
        manual=("chmod(1)",),
    )


def _read_mode_words(r: Reader) -> str:
    text = r.asked.text.lower()
    if any(
        word in text
        for word in ("read-only", "read only", "lecture seule", "sólo lectura", "solo lectura")
    ):
        r.take("readable", "only")
        return "a-w"
    only = any(
        word in text
        for word in (
            "only by me",
            "only for me",
            "only i",
            "only the owner",
            "que par moi",
            "solo por mí",
            "sólo yo",
        )
    )
    may = "".join(sign for concept, sign in _MAY if r.take(concept))
    if "r" not in may and _READS & set(text.split()):
        may = f"r{may}"
        r.take("show")
    if only:
        return "600" if "x" not in may else "700"
    if "x" in may and r.has("owner") and r.has("only"):
        return "u+x"
    who = next((sign for concept, sign in _WHO if r.has(concept)), "")
    if who in ("g", "a", "o") or (who == "u" and "x" not in may):
        return f"{who}+{may}"
    return f"+{may}" if may == "x" else f"u+{may}"
