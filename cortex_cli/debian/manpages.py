"""Manual pages, read as files: what a program is and which options it documents.

Nothing is run, not even ``man``.  The pages are roff; only as much of it is understood as it
takes to find names, paragraphs and options.
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDERS = (Path("/usr/local/share/man"), Path("/usr/share/man"))
SECTIONS = ("1", "8", "6", "5", "7")
# OpenSSL's commands have a section of their own, in the folder of section 1.
COMMAND_SECTIONS = ("1", "8", "6", "1ssl")
# bash.1 has 300 KiB; a page beyond this is none.
MAX_PAGE_BYTES = 4 * 1024 * 1024
MAX_LINKS = 3
_NAME = re.compile(r"[\w@][\w.+@:-]*\Z")
_LINK = re.compile(r"\.so +(?:\S*/)?([^/\s]+)\.(\w+)\s*\Z")
_ESCAPES = re.compile(
    r"\\(?:f(?:\[\w*\]|\(\w\w|.)|s[-+]?\d|\*?\[[^\]]*\]|\*?\(..|[&/,|^%:)]|[cdu])"
)
_HEADING = re.compile(r'^\.(?:SH|Sh) +"?([^"\n]+?)"?\s*$', re.MULTILINE)
_REQUEST = re.compile(r"^[.']\s*(\w*\\?\"?)[ \t]*")
# Requests whose argument is part of the text.
_SHOWN = frozenset(
    "B I BI BR IB IR RB RI SM SB Nm Nd Fl Ar Op Pa Xr Cm Ic Li Em Sy IP TP It".split()  # noqa: SIM905 - a line, not a page
)
_PARAGRAPH = frozenset("PP P LP TP IP sp HP Pp It RS RE SS Ss TQ nf fi".split())  # noqa: SIM905 - as above
# mdoc's requests of one line, those of them that mark their own first word, and what may stand
# among the words.
_MDOC = frozenset("It Op Fl Ar Cm Pa Xr Nm Ic Li Em Sy".split())  # noqa: SIM905 - as above
_MARKING = frozenset({"Fl", "Xr"})
_MACROS = _MDOC | frozenset("Ns No Oo Oc Dq Sq Ql Va Ev Pq Bq Aq Fn Ux Nx Bo Bc".split())  # noqa: SIM905
_CLOSING = frozenset(".,;:)]?!")
MAX_SECTION_CHARS = 5
_MARK = re.compile(r'"([^"]*)"|(\S*)')
_WORDS = re.compile(r'"([^"]*)"|(\S+)')
_OPTION = re.compile(r"(?<![\w/-])(--?[A-Za-z0-9?][\w.+-]*|-[A-Za-z0-9?])")
_OPTIONAL_PART = re.compile(r"--\[(no-?|un)\]([\w-]+)")


@dataclass(frozen=True)  # no slots: what is read from the page is kept in it
class Manual:
    """One page."""

    name: str
    section: str
    roff: str

    @property
    def title(self) -> str:
        """As pages are cited: nginx(8)."""
        return f"{self.name}({self.section})"

    @property
    def summary(self) -> str:
        """What the page says its subject is, in a line."""
        text = " ".join(self._section("NAME").split())
        return re.split(r" (?:-{1,2}|\u2014|\u2013) ", text, maxsplit=1)[-1].strip()

    @property
    def synopsis(self) -> str:
        """How it is called."""
        return " ".join(self._section("SYNOPSIS").split())

    @property
    def paragraphs(self) -> list[str]:
        """The text, paragraph by paragraph, without NAME and SYNOPSIS."""
        later = [text for name, text in self._sections if name not in ("NAME", "SYNOPSIS")]
        found = (" ".join(part.split()) for text in later for part in text.split("\n\n"))
        return [paragraph for paragraph in found if paragraph]

    @cached_property
    def options(self) -> frozenset[str]:
        """Every option that the page speaks of."""
        text = "\n".join(text for _, text in self._sections)
        text = _OPTIONAL_PART.sub(r"--\2 --\1\2", text)
        return frozenset(found.rstrip(".-+") for found in _OPTION.findall(text))

    def _section(self, wanted: str) -> str:
        return next((text for name, text in self._sections if name == wanted), "")

    @cached_property
    def _sections(self) -> list[tuple[str, str]]:
        parts = _HEADING.split(self.roff)
        return [
            (name.strip().upper(), _plain(text))
            for name, text in zip(parts[1::2], parts[2::2], strict=True)
        ]


class Manuals:
    """The pages in some folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self._read: dict[tuple[str, tuple[str, ...]], Manual | None] = {}

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Those of ``MANPATH``, or this machine's."""
        named = [Path(each) for each in environ.get("MANPATH", "").split(":") if each]
        return cls(named or FOLDERS)

    def find(self, name: str, sections: Sequence[str] = SECTIONS) -> Manual | None:
        """The page of ``name``, from the first section that has one."""
        key = (name, tuple(sections))
        if key not in self._read:
            self._read[key] = self._find(name, sections) if _NAME.match(name) else None
        return self._read[key]

    def of_command(self, program: str, subcommand: str | None = None) -> Manual | None:
        """The page of a program, or of what it calls a command of its own: git-commit(1)."""
        if subcommand and (found := self.find(f"{program}-{subcommand}", COMMAND_SECTIONS)):
            return found
        return self.find(program, COMMAND_SECTIONS)

    def _find(self, name: str, sections: Sequence[str], links: int = 0) -> Manual | None:
        for section in sections:
            for folder in self.folders:
                roff = _page(folder / f"man{section[:1]}" / f"{name}.{section}")
                if roff is None:
                    continue
                link = _LINK.match(roff.strip())
                if link is None:
                    return Manual(name, section, roff)
                if links < MAX_LINKS:
                    return self._find(link[1], [link[2]], links + 1)
        return None


def _page(path: Path) -> str | None:
    try:
        if (packed := Path(f"{path}.gz")).exists():
            with gzip.open(packed) as stream:
                return stream.read(MAX_PAGE_BYTES).decode(errors="replace")
        with path.open("rb") as plain:
            return plain.read(MAX_PAGE_BYTES).decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return None


def _plain(roff: str) -> str:
    lines = []
    for line in roff.splitlines():
        request = _REQUEST.match(line)
        if request is None:
            lines.append(line)
            continue
        name = request[1]
        if name in _PARAGRAPH:
            lines.append("")
        if name in _SHOWN:
            lines.append(_arguments(name, line[request.end() :]))
    text = "\n".join(lines)
    text = text.replace("\\-", "-").replace("\\(aq", "'").replace("\\(em", "—").replace("\\e", "\\")
    return _ESCAPES.sub("", text).replace("\\ ", " ").replace("\\~", " ")


def _arguments(request: str, rest: str) -> str:
    if request == "TP":
        return ""
    if request == "IP":  # the mark, then the indentation
        mark = _MARK.match(rest)
        return (mark[1] or mark[2] or "") if mark else ""
    if request == "Nd":
        return f"- {rest}"
    if request in _MDOC:
        return _mdoc([request, *rest.split()] if request in _MARKING else rest.split())
    if request in ("BI", "BR", "IB", "IR", "RB", "RI"):  # these set their words close
        return "".join(quoted or bare for quoted, bare in _WORDS.findall(rest))
    return rest.replace('"', "")


def _mdoc(words: Sequence[str]) -> str:
    """A line of mdoc, whose macros stand among the words: ``It Fl b Ar address``."""
    said: list[str] = []
    before = ""
    for word in words:
        if word in _MACROS:
            before = word
            continue
        bare = word.strip('"')
        if bare in _CLOSING and said:
            said[-1] += bare
        elif before == "Xr" and said and bare.isalnum() and len(bare) < MAX_SECTION_CHARS:
            said[-1] += f"({bare})"
            before = ""
        else:  # options are written without their hyphen
            said.append(f"-{bare}" if before == "Fl" else bare)
            before = before if before == "Xr" else ""
    return " ".join(said)
