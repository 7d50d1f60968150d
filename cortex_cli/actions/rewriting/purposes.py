"""Words whose neighbours say what they are for: "the text file a.txt", "to mp4"."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.literals import EXTENSIONS, FILE_SYSTEMS
from cortex_cli.actions.rewriting.values import literal_of, name_of
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

_CONVERTS = frozenset({"convert", "change", "save", "transform", "audio", "video", "image"})
# What only says which kind of file is named: "the text file a.txt", "a 7z archive x.7z".
_DESCRIBES = frozenset(
    """
    string journal config script backup csv json xml yaml image video audio pdf python archive
    compress
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# A format that names no ending of its own here, or that entries of the catalogue speak of.
_NO_TARGETS = frozenset({"pdf", "text", "out", "log", "core", "pid", "lock", "list", "backup", "o"})


def lighten_descriptions(tokens: list[Token]) -> list[Token]:
    """A word before a file's name that says only what kind of file it is weighs little."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        if token.kind not in ("file", "path"):
            continue
        ending = token.text.rsplit(".", 1)[-1].lower()
        for near in range(max(0, place - 4), place):
            one = tokens[near]
            between = tokens[near + 1 : place]
            if any(
                t.concept not in ("file", "named", "folder", "archive", "compress") for t in between
            ):
                continue
            if one.concept in _DESCRIBES and one.literal is None and (near or not between):
                new_tokens[near] = replace(one, weight=0.15)
            elif fold(one.text) == ending and between:
                new_tokens[near] = replace(one, weight=0.0, mark=True, literal=None)
    return new_tokens


def lighten_types(tokens: list[Token]) -> list[Token]:
    """ "the ext4 filesystem on /dev/sdb1": the device says which; its type adds nothing."""
    concepts = {token.concept for token in tokens}
    if not any(token.text.startswith("/dev/") for token in tokens) or concepts & {
        "format",
        "create",
    }:
        return tokens
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        if one.text.lower() in FILE_SYSTEMS and two.concept in ("filesystem", "partition"):
            new_tokens[place] = replace(one, weight=0.0, mark=True, literal=None)
    return new_tokens


def name_targets(tokens: list[Token]) -> list[Token]:
    """ "convert film.mkv to mp4" makes film.mp4."""
    files = [token for token in tokens if token.kind in ("file", "path")]
    if len(files) != 1 or not any(token.concept in _CONVERTS for token in tokens):
        return tokens
    name = files[0].text
    if "." not in name.rsplit("/", 1)[-1].lstrip("."):
        return tokens
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        ending = two.text.lower().lstrip(".")
        plain = two.kind in ("", "name", "extension") and ending in EXTENSIONS
        if one.mark and plain and ending not in _NO_TARGETS:
            target = f"{name.rsplit('.', 1)[0]}.{ending}"
            new_tokens[place + 1] = replace(
                name_of(two), text=target, literal=replace(literal_of("file", target))
            )
            break
    return new_tokens
