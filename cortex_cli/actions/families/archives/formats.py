"""Which program packs what: by a name's ending, or by the format that is said.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader

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
FORMATS = {
    "zip": ".zip", "zstd": ".tar.zst", "zst": ".tar.zst", "xz": ".tar.xz", "bzip2": ".tar.bz2",
    "bz2": ".tar.bz2", "gzip": ".tar.gz", "gz": ".tar.gz", "tgz": ".tar.gz", "7z": ".7z",
    "7zip": ".7z", "7-zip": ".7z", "tar": ".tar", "lzma": ".tar.xz",
}  # fmt: skip


def suffix_of(name: str) -> str:
    """The ending that says which program packs ``name``; "" for none."""
    return next((one for one in ENDINGS if name.lower().endswith(one) and len(name) > len(one)), "")


def read_format(r: Reader) -> str:
    """The ending of the format that is said, "" for none."""
    for n, token in r.free():
        word = token.text.lower().lstrip(".")
        if word.startswith("tar."):
            r.used.add(n)
            return f".{word}"
        if word in FORMATS and token.kind in ("", "name", "extension"):
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
            return FORMATS[word]
    return ""


def build_listing(archive: str) -> list[str]:
    """The command that lists what ``archive`` holds."""
    suffix = suffix_of(archive)
    if suffix in (".zip", ".jar"):
        return ["unzip", "-l", archive]
    if suffix == ".7z":
        return ["7z", "l", archive]
    if suffix == ".rar":
        return ["unrar", "l", archive]
    return (
        ["tar", "-tf", archive] if suffix in TARS else [SINGLES.get(suffix, "gzip"), "-l", archive]
    )


def single_file(packed: list[str]) -> bool:
    """Whether one file goes in, by its name."""
    return len(packed) == 1 and "." in packed[0].rsplit("/", 1)[-1].lstrip(".")
