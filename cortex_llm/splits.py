"""The files of a model that is split, as llama.cpp's ``gguf-split`` names them.

``big-00001-of-00003.gguf`` is the one to give: a server finds the others beside it, by name.
Knows no header; `models` says whether a file is part of a split model, and which.
"""

from __future__ import annotations

import re
from pathlib import Path

from cortex_llm.errors import ModelError

MAX_PARTS = 10_000  # llama.cpp names them with five digits; the largest models have some 200

_PART = re.compile(r"-[0-9]{5}(-of-[0-9]{5}\.gguf)\Z")


def find_parts(path: Path, number: int, count: int) -> list[Path]:
    """Every file of the model whose part `number`, from 0, of `count` is `path`.

    Raises ModelError when `path` is not the first part, is named otherwise, or parts are missing.
    """
    if not 0 <= number < count <= MAX_PARTS:
        raise ModelError(
            f"{path} is damaged: it claims to be part {number + 1} of {count}",
            hint="download the model again",
        )
    ending = _ending(number, count)
    if not path.name.endswith(ending):
        raise ModelError(
            f"{path} is part {number + 1} of {count} of a split model, and not named so",
            hint=f"servers find the parts by their names: let this one end in {ending}",
        )
    stem = path.name.removesuffix(ending)
    first = path.with_name(stem + _ending(0, count))
    if number:
        raise ModelError(
            f"{path} is part {number + 1} of {count} of a split model",
            hint=f"give the first part: {first}",
        )
    parts = [path.with_name(stem + _ending(each, count)) for each in range(count)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        more = f" and {len(missing) - 1} more are" if len(missing) > 1 else " is"
        raise ModelError(
            f"{path} is part 1 of {count} of a split model; {missing[0]}{more} missing",
            hint=f"download every part into {path.parent}",
        )
    return parts


def find_first_part(path: Path) -> Path | None:
    """The first part beside the part that `path` is by its name; None if it is named otherwise."""
    match = _PART.search(path.name)
    return (
        None if match is None else path.with_name(f"{path.name[: match.start()]}-00001{match[1]}")
    )


def list_siblings(path: Path) -> list[Path]:
    """The other parts beside the part that `path` is by its name; none if it is named otherwise."""
    if (match := _PART.search(path.name)) is None:
        return []
    stem = path.name[: match.start()]
    return [
        part
        for part in sorted(path.parent.iterdir())
        if part != path
        and (other := _PART.search(part.name)) is not None
        and (part.name[: other.start()], other[1]) == (stem, match[1])
    ]


def _ending(number: int, count: int) -> str:
    return f"-{number + 1:05d}-of-{count:05d}.gguf"
