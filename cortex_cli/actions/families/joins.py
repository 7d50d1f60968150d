"""cat, pdfunite, img2pdf, ffmpeg: several files made one, whatever their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_DOES = languages(
    "Joins {files} into {target}.",
    "Réunit {files} dans {target}.",
    "Une {files} en {target}.",
)
_INTO = frozenset({"to", "in", "as", "named"})
_IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_NOT_TEXT = (*_IMAGES, ".mp4", ".mkv", ".avi", ".mp3", ".wav", ".flac", ".ogg", ".docx", ".odt")
_PLAYED = (".mp4", ".mkv", ".avi", ".mp3", ".wav", ".flac", ".ogg", ".mov", ".webm")
_ELSEWHERE = frozenset(
    """
    column side line branch wifi network archive compress extract compare sort
    every random git commit group
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_NOISE = tuple(
    """
    join file pdf image video audio convert create new only single string content append save
    result
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Names say which program joins: surer than an entry for two files.
SURE = 1.1
LIST = "parts.txt"
_MARK, _ESCAPED = "'", "'\\''"
DEFAULT_PDF = "merged.pdf"


def compose(asked: Sentence) -> Draft | None:
    """What joins the files that are named; None when none are to be joined."""
    r = Reader(asked)
    if r.has(*_ELSEWHERE) or not r.has("join", "convert", "create"):
        return None
    named = [(n, t) for n, t in r.free() if t.kind in ("file", "path", "glob")]
    target = _target(r, named)
    sources = [token for n, token in named if n != target]
    images = all(token.text.lower().endswith(_IMAGES) for token in sources)
    if images and r.has("pdf", "join"):
        program = "img2pdf"
    elif r.has("join"):
        program = "pdfunite" if all(_is_pdf(token) for token in sources) else "cat"
    else:
        return None
    several = len(sources) > 1 or any(token.kind == "glob" for token in sources)
    if program == "cat" and several and all(t.text.lower().endswith(_PLAYED) for t in sources):
        program = "ffmpeg"
    other = program == "cat" and any(t.text.lower().endswith(_NOT_TEXT) for t in sources)
    if not several or other or (program == "cat" and target is None):
        return None
    default = DEFAULT_PDF if program != "ffmpeg" else f"joined.{sources[0].text.rsplit('.', 1)[-1]}"
    into = path(r.tokens[target]) if target is not None else default
    r.used.update(n for n, _ in named)
    r.noise(*_NOISE)
    return r.draft(_fill(program, [path(token) for token in sources], into), SURE)


def _is_pdf(token: Token) -> bool:
    return token.text.lower().endswith(".pdf")


def _target(r: Reader, named: list[tuple[int, Token]]) -> int | None:
    """The last name, if a word before it says that it is the result."""
    if not named:
        return None
    last = named[-1][0]
    return last if set(r.before(last, 2)) & _INTO else None


def _fill(program: str, files: list[str], target: str) -> Filled:
    argv = {
        "cat": ("cat", *files),
        "pdfunite": ("pdfunite", *files, target),
        "img2pdf": ("img2pdf", *files, "-o", target),
        "ffmpeg": ("ffmpeg", "-f", "concat", "-safe", "0", "-i", LIST, "-c", "copy", target),
    }[program]
    steps: tuple[Step, ...] = (Step((argv,), target if program == "cat" else ""),)
    if program == "ffmpeg":
        # ffmpeg reads the names from a list; each quotation mark of a name is doubled out.
        names = tuple(f"file '{name.replace(_MARK, _ESCAPED)}'" for name in files)
        steps = (Step((("printf", "%s\\n", *names),), LIST), *steps)
    package = {"pdfunite": "poppler-utils", "cat": ""}.get(program, program)
    return Filled(
        f"joins-{program}",
        steps,
        localize(_DOES, files=" ".join(files), target=target),
        CHANGES,
        package=package,
        check=Step((("ls", "-l", target),)),
        manual=(f"{program}(1)",),
    )
