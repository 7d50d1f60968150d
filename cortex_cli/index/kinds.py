"""Classifies packages by name, section, tags and short description.

Someone who asks for "something to edit PDFs" does not mean a library, headers, debug symbols or
an empty transitional package; the search ranks those down unless they are asked for by name.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression
from cortex_cli.language.stems import stem

PROGRAM = "program"
LIBRARY = "library"
DEVELOPMENT = "development"
DOCUMENTATION = "documentation"
DEBUG = "debug"
TRANSITIONAL = "transitional"
DATA = "data"

_SECTION_KINDS = {
    "libs": LIBRARY,
    "libdevel": DEVELOPMENT,
    "introspection": LIBRARY,
    "doc": DOCUMENTATION,
    "debug": DEBUG,
    "oldlibs": TRANSITIONAL,
    "localization": DATA,
    "translations": DATA,
    "fonts": DATA,
}
_ENDINGS = (
    (expression(r"-dbg(sym)?$"), DEBUG),
    (expression(r"-(dev|headers)(-.*)?$"), DEVELOPMENT),
    (expression(r"-(docs?|examples|manual)(-.*)?$"), DOCUMENTATION),
    (expression(r"-(data|common|i18n|l10n|locales?|lang|icons|theme|tests?)(-.*)?$"), DATA),
    (expression(r"-plugins?(-.*)?$"), LIBRARY),
)
_MODULE = expression(
    r"^(lib.*-(perl|java|ruby|ocaml|cil|js|php)|(python3?|ruby|node|golang|php\d?[.\d]*|r-cran|r-bioc"
    r"|elpa|haskell|librust|puppet-module|vim|gir1\.2)-.*|lib[a-z.+-]*\d[a-z0-9.+-]*)$"
)
_TRANSITIONAL = expression(
    r"\b(transitional|dummy)\b.{0,99}\bpackage\b|^transitional\b", re.IGNORECASE
)

# The words that people use for the packages of a section.
_SECTION_WORDS = """
    httpd: web server website | mail: mail | games: game play | editors: editor text
    database: database sql | graphics: image draw paint photo 3d | sound: audio music sound
    video: video | net: network server client | web: web browser website | math: math
    science: science | electronics: electronic circuit | vcs: version control git
    admin: system administration disk monitor | devel: development compiler program
    education: learn child education | hamradio: radio | news: news rss
    text: text pdf document | fonts: font | shells: shell | tex: latex tex
    interpreters: interpreter language | utils: file disk | otherosfs: windows emulator filesystem
"""
SECTION_STEMS = {
    section.strip(): frozenset(stem(word) for word in words.split())
    for entry in _SECTION_WORDS.replace("\n", "|").split("|")
    if entry.strip()
    for section, _, words in [entry.partition(":")]
}


def classify(name: str, section: str, short: str, tags: str) -> str:
    """Return the kind of a package."""
    if _TRANSITIONAL.search(short) or "role::dummy" in tags:
        return TRANSITIONAL
    for ending, kind in _ENDINGS:
        if ending.search(name):
            return kind
    section = section.rpartition("/")[2]  # "contrib/libs"
    if section in _SECTION_KINDS and not (section == "libs" and not name.startswith("lib")):
        return _SECTION_KINDS[section]
    if _MODULE.match(name) and "role::program" not in tags:
        return LIBRARY
    return PROGRAM
