"""Turns manual pages and HTML documentation into plain sentences and lists of options.

Pure: text in, text out. Only what training needs is read: a manual's name line, its prose and
its options from `.TP` and `.IP` lists; pages in the mdoc dialect give their prose only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

MIN_PARAGRAPH = 60  # characters: shorter ones are captions and menus
MAX_PARAGRAPH = 1200
MAX_OPTION = 300
_ESCAPES = (
    (re.compile(r"\\f(\[[^]]*\]|\(..|.)"), ""),
    (re.compile(r"\\s[-+]?\d+"), ""),
    (re.compile(r"\\(?:\[(?:aq|oq|cq)\]|\(aq|\(oq|\(cq)"), "'"),
    (re.compile(r"\\(?:\[(?:lq|rq|dq)\]|\(lq|\(rq|\(dq)"), '"'),
    (re.compile(r"\\(?:\[(?:em|en|hy)\]|\(em|\(en|\(hy)"), "-"),
    (re.compile(r"\\(?:\[[^]]*\]|\(..|\*\(..|\*.)"), ""),
    (re.compile(r"\\-"), "-"),
    (re.compile(r"\\e"), r"\\"),
    (re.compile(r"\\[&/,|^:%c~0]"), ""),
    (re.compile(r"\\(.)"), r"\1"),
)
_FONT = re.compile(r"^\.(?:B|I|BR|RB|BI|IB|IR|RI|SM|SB)\s+(.*)$")
_BREAK = re.compile(r"^\.(?:SH|SS|PP|P|LP|TP|IP|HP|TQ|Sh|Ss|Pp|It|RS|RE|sp|br)\b(.*)$")
_WORDS = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Manual:
    """A manual page: `options` are pairs of flags and what they do."""

    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, str], ...]


def parse_manual(source: str) -> Manual:
    """Read a page in troff."""
    blocks = _split_blocks(source)
    summary = ""
    options: list[tuple[str, str]] = []
    paragraphs: list[str] = []
    for position, (kind, tag, text) in enumerate(blocks):
        if not summary and " - " in text and position < 4:
            summary = text.split(" - ", 1)[1]
        elif kind == "item" and tag.startswith("-") and text:
            options.append((tag, _take_first_sentence(text)))
        elif MIN_PARAGRAPH <= len(text) <= MAX_PARAGRAPH:
            paragraphs.append(text)
    return Manual(summary.strip(" ."), tuple(paragraphs), tuple(options))


def _split_blocks(source: str) -> list[tuple[str, str, str]]:
    """(kind, tag, text) between the macros that break; an item has a tag."""
    blocks: list[tuple[str, str, str]] = []
    kind, tag, text = "text", "", [""]
    wants_tag = False
    for raw in source.split("\n"):
        line = raw
        if line.startswith((".\\", "'", '\\"')):
            continue
        broken = _BREAK.match(line)
        if broken:
            macro = line[1:3].strip()
            if macro not in ("RS", "RE", "sp", "br", "TQ"):
                blocks.append((kind, tag, _join(text)))
                kind, tag, text = "text", "", []
            if macro in ("TP", "IP"):
                kind = "item"
                wants_tag = macro == "TP"
                if macro == "IP":
                    tag = _strip_markup(_split_arguments(broken[1])[:1])
            continue
        font = _FONT.match(line)
        if font:
            spaced = line[1:3].strip() in ("B", "I", "SM")
            line = (" " if spaced else "").join(_split_arguments(font[1]))
        elif line.startswith("."):
            continue
        if wants_tag:
            tag, wants_tag = _strip_markup([line]), False
        else:
            text.append(line)
    blocks.append((kind, tag, _join(text)))
    return blocks


def _split_arguments(text: str) -> list[str]:
    return [quoted or bare for quoted, bare in _WORDS.findall(text)]


def _join(lines: list[str]) -> str:
    return _strip_markup([" ".join(lines)])


def _strip_markup(parts: list[str]) -> str:
    text = " ".join(parts)
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return re.sub(r"\s+", " ", text).strip()


def _take_first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text[:MAX_OPTION])[0]


def html_paragraphs(source: str) -> list[str]:
    """The prose paragraphs of a page of HTML."""
    reader = _Paragraphs()
    reader.feed(source)
    texts = (re.sub(r"\s+", " ", text).strip() for text in reader.paragraphs)
    return [text for text in texts if MIN_PARAGRAPH <= len(text) <= MAX_PARAGRAPH]


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "p":
            self._open = True
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.paragraphs[-1] += data
