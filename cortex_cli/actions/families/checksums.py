"""md5sum to b2sum: the checksum of files, and files checked against a list of checksums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.expressions import expression
from cortex_cli.finding import READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_SHOWS = languages(
    "Prints the checksum of {file}.",
    "Donne la somme de contrôle de {file}.",
    "Da la suma de verificación de {file}.",
)
_CHECKS = languages(
    "Checks the files against the checksums in {file}.",
    "Vérifie les fichiers avec les sommes de contrôle de {file}.",
    "Comprueba los archivos con las sumas de {file}.",
)
_ALGORITHM = expression(r"(md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|b2)", re.IGNORECASE)
_LIST = expression(r"(?:sums?|\.(?:md5|sha\d{0,3}))(?:\.txt)?\Z", re.IGNORECASE)
_ELSEWHERE = frozenset(
    {"all", "every", "find", "package", "sign", "duplicate", "password", "certificate", "key"}
)
# The algorithm is said: surer than an entry for any checksum.
SURE = 1.1
_NOISE = tuple(
    """
    find verify checksum md5 file calculator create with of match compare sum image identical in
    against content anyway integrity
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


def compose(asked: Sentence) -> Draft | None:
    """The program of the algorithm that is said; None when no checksum is meant."""
    r = Reader(asked)
    listed = _find_list(r)
    if r.has(*_ELSEWHERE) or not (r.has("checksum", "md5") or listed):
        return None
    algorithm = _ALGORITHM.search(listed.text if listed else asked.text)
    if algorithm is None:
        return None
    program = f"{algorithm[1].lower().replace('-', '')}sum"
    files = [(n, t) for n, t in r.free() if t.kind in ("file", "path", "glob")]
    r.used.update(n for n, _ in files)
    if listed:
        others = [t for _, t in files if t is not listed]
        argv = [program, "-c", *(["--ignore-missing"] if others else []), path(listed)]
        does = localize(_CHECKS, file=path(listed))
    elif files and not r.has("verify", "match"):
        argv = [program, *(path(token) for _, token in files)]
        does = localize(_SHOWS, file=" ".join(argv[1:]))
    else:
        return None
    r.noise(*_NOISE)
    filled = Filled(
        "checksums-show", (Step((tuple(argv),)),), does, READS, manual=(f"{program}(1)",)
    )
    return r.draft(filled, SURE)


def _find_list(r: Reader) -> Token | None:
    """A file that holds checksums, by its name: SHA512SUMS, image.iso.sha256."""
    for n, token in r.free():
        if token.kind in ("file", "path", "name") and _LIST.search(token.text):
            r.used.add(n)
            return token
    return None
