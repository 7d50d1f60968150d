"""Reads manual pages as files: summaries, paragraphs and documented options.

Nothing is run, not even ``man``.  The pages are roff; only as much of it is parsed as is needed
to find names, paragraphs and options.
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDERS = (Path("/usr/local/share/man"), Path("/usr/share/man"))
SECTIONS = ("1", "8", "6", "5", "7")
# OpenSSL's commands have a section of their own, in the folder of section 1.
COMMAND_SECTIONS = ("1", "8", "6", "1ssl")
# bash.1 has 300 KiB; anything beyond this is not a manual page.
MAX_PAGE_BYTES = 4 * 1024 * 1024
MAX_LINKS = 3
_NAME = expression(r"[\w@][\w.+@:-]*\Z")
_LINK = expression(r"\.so +(?:\S*/)?([^/\s]+)\.(\w+)\s*\Z")
_ESCAPES = expression(
    r"\\(?:f(?:\[\w*\]|\(\w\w|.)|s[-+]?\d|\*?\[[^\]]*\]|\*?\(..|[&/,|^%:)]|[cdu])"
)
_HEADING = expression(r'^\.(?:SH|Sh) {1,99}"?([^"\s][^"\n]{0,199}?)"?[ \t]{0,9}$', re.MULTILINE)
_REQUEST = expression(r"^[.']\s*(\w*\\?\"?)[ \t]*")
# Requests whose arguments are part of the text.
_TEXT_REQUESTS = frozenset(
    "B I BI BR IB IR RB RI SM SB Nm Nd Fl Ar Op Pa Xr Cm Ic Li Em Sy IP TP It".split()  # noqa: SIM905 - a line, not a page
)
_PARAGRAPH_REQUESTS = frozenset("PP P LP TP IP sp HP Pp It RS RE SS Ss TQ nf fi".split())  # noqa: SIM905 - as above
# mdoc's one-line requests, those that apply to their own first word, and the macros that may
# appear among the words.
_MDOC = frozenset("It Op Fl Ar Cm Pa Xr Nm Ic Li Em Sy".split())  # noqa: SIM905 - as above
_LEADING_MACROS = frozenset({"Fl", "Xr"})
_MACROS = _MDOC | frozenset("Ns No Oo Oc Dq Sq Ql Va Ev Pq Bq Aq Fn Ux Nx Bo Bc".split())  # noqa: SIM905
_CLOSING = frozenset(".,;:)]?!")
MAX_SECTION_CHARS = 5
_MARK = expression(r'"([^"]*)"|(\S*)')
_WORDS = expression(r'"([^"]*)"|(\S+)')
_OPTION = expression(r"(?<![\w/-])(--?[A-Za-z0-9?][\w.+-]*|-[A-Za-z0-9?])")
_OPTIONAL_PART = expression(r"--\[(no-?|un)\]([\w-]+)")


@dataclass(frozen=True)  # no slots: cached properties need __dict__
class Manual:
    """One page."""

    name: str
    section: str
    roff: str

    @property
    def title(self) -> str:
        """The name with its section: nginx(8)."""
        return f"{self.name}({self.section})"

    @property
    def source(self) -> str:
        """How an answer cites it: ``man nginx(8)``."""
        return f"man {self.title}"

    @property
    def summary(self) -> str:
        """The one-line description in the NAME section."""
        text = " ".join(self._section("NAME").split())
        return re.split(r" (?:-{1,2}|\u2014|\u2013) ", text, maxsplit=1)[-1].strip()

    @property
    def synopsis(self) -> str:
        """The SYNOPSIS section, on one line."""
        return " ".join(self._section("SYNOPSIS").split())

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of all sections but NAME and SYNOPSIS."""
        later = [text for name, text in self._sections if name not in ("NAME", "SYNOPSIS")]
        paragraphs = (" ".join(part.split()) for text in later for part in text.split("\n\n"))
        return [paragraph for paragraph in paragraphs if paragraph]

    @cached_property
    def options(self) -> frozenset[str]:
        """Every option that the page mentions."""
        text = "\n".join(text for _, text in self._sections)
        text = _OPTIONAL_PART.sub(r"--\2 --\1\2", text)
        return frozenset(option.rstrip(".-+") for option in _OPTION.findall(text))

    def _section(self, wanted: str) -> str:
        return next((text for name, text in self._sections if name == wanted), "")

    @cached_property
    def _sections(self) -> list[tuple[str, str]]:
        parts = _HEADING.split(self.roff)
        return [
            (name.strip().upper(), _strip_roff(text))
            for name, text in zip(parts[1::2], parts[2::2], strict=True)
        ]


class Manuals:
    """The manual pages in some folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self._cache: dict[tuple[str, tuple[str, ...]], Manual | None] = {}

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the manuals of ``MANPATH``, or of this machine."""
        configured = [Path(each) for each in environ.get("MANPATH", "").split(":") if each]
        return cls(configured or FOLDERS)

    def find(self, name: str, sections: Sequence[str] = SECTIONS) -> Manual | None:
        """Find the page of ``name`` in the first section that has one."""
        key = (name, tuple(sections))
        if key not in self._cache:
            self._cache[key] = self._search(name, sections) if _NAME.match(name) else None
        return self._cache[key]

    def find_command(self, program: str, subcommand: str | None = None) -> Manual | None:
        """Find the page of a program, or of its subcommand: git-commit(1)."""
        if subcommand and (page := self.find(f"{program}-{subcommand}", COMMAND_SECTIONS)):
            return page
        return self.find(program, COMMAND_SECTIONS)

    def _search(self, name: str, sections: Sequence[str], links: int = 0) -> Manual | None:
        for section in sections:
            for folder in self.folders:
                roff = _read_page(folder / f"man{section[:1]}" / f"{name}.{section}")
                if roff is None:
                    continue
                link = _LINK.match(roff.strip())
                if link is None:
                    return Manual(name, section, roff)
                if links < MAX_LINKS:
                    return self._search(link[1], [link[2]], links + 1)
        return None


def _read_page(path: Path) -> str | None:
    try:
        if (packed := Path(f"{path}.gz")).exists():
            with gzip.open(packed) as stream:
                return stream.read(MAX_PAGE_BYTES).decode(errors="replace")
        with path.open("rb") as plain:
            return plain.read(MAX_PAGE_BYTES).decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return None


def _strip_roff(roff: str) -> str:
    lines = []
    for line in roff.splitlines():
        request = _REQUEST.match(line)
        if request is None:
            lines.append(line)
            continue
        name = request[1]
        if name in _PARAGRAPH_REQUESTS:
            lines.append("")
        if name in _TEXT_REQUESTS:
            lines.append(_render_arguments(name, line[request.end() :]))
    text = "\n".join(lines)
    text = text.replace("\\-", "-").replace("\\(aq", "'").replace("\\(em", "—").replace("\\e", "\\")
    return _ESCAPES.sub("", text).replace("\\ ", " ").replace("\\~", " ")


def _render_arguments(request: str, rest: str) -> str:
    if request == "TP":
        return ""
    if request == "IP":  # the label, then the indentation
        mark = _MARK.match(rest)
        return (mark[1] or mark[2] or "") if mark else ""
    if request == "Nd":
        return f"- {rest}"
    if request in _MDOC:
        return _render_mdoc(
            [request, *rest.split()] if request in _LEADING_MACROS else rest.split()
        )
    if request in ("BI", "BR", "IB", "IR", "RB", "RI"):  # these join their words without spaces
        return "".join(quoted or bare for quoted, bare in _WORDS.findall(rest))
    return rest.replace('"', "")


def _render_mdoc(words: Sequence[str]) -> str:
    """Render a line of mdoc, whose macros appear among the words: ``It Fl b Ar address``."""
    rendered: list[str] = []
    before = ""
    for word in words:
        if word in _MACROS:
            before = word
            continue
        bare = word.strip('"')
        if bare in _CLOSING and rendered:
            rendered[-1] += bare
        elif before == "Xr" and rendered and bare.isalnum() and len(bare) < MAX_SECTION_CHARS:
            rendered[-1] += f"({bare})"
            before = ""
        else:  # options are written without their hyphen
            rendered.append(f"-{bare}" if before == "Fl" else bare)
            before = before if before == "Xr" else ""
    return " ".join(rendered)
