"""What sort of package a record is, judged by name, section, tags and short description.

People who ask for "something to edit pdf" do not mean a library, headers, debug symbols or
an empty transitional package; the search ranks those down unless they are asked for by name.
"""

from __future__ import annotations

import re

from cortex_cli.language.stems import stem

PROGRAM = "program"
LIBRARY = "library"
DEVELOPMENT = "development"
DOCUMENTATION = "documentation"
DEBUG = "debug"
TRANSITIONAL = "transitional"
DATA = "data"

_SECTIONS = {
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
    (re.compile(r"-dbg(sym)?$"), DEBUG),
    (re.compile(r"-(dev|headers)(-.*)?$"), DEVELOPMENT),
    (re.compile(r"-(docs?|examples|manual)(-.*)?$"), DOCUMENTATION),
    (re.compile(r"-(data|common|i18n|l10n|locales?|lang|icons|theme|tests?)(-.*)?$"), DATA),
    (re.compile(r"-plugins?(-.*)?$"), LIBRARY),
)
_MODULE = re.compile(
    r"^(lib.*-(perl|java|ruby|ocaml|cil|js|php)|(python3?|ruby|node|golang|php\d?[.\d]*|r-cran|r-bioc"
    r"|elpa|haskell|librust|puppet-module|vim|gir1\.2)-.*|lib[a-z0-9.+-]*\d[a-z0-9.+-]*)$"
)
_TRANSITIONAL = re.compile(r"\b(transitional|dummy)\b.*\bpackage\b|^transitional\b", re.IGNORECASE)

# What people say when they mean a package of a section.
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
    section.strip(): frozenset(stem(word) for word in said.split())
    for entry in _SECTION_WORDS.replace("\n", "|").split("|")
    if entry.strip()
    for section, _, said in [entry.partition(":")]
}


def kind_of(name: str, section: str, short: str, tags: str) -> str:
    """The sort of one package."""
    if _TRANSITIONAL.search(short) or "role::dummy" in tags:
        return TRANSITIONAL
    for ending, kind in _ENDINGS:
        if ending.search(name):
            return kind
    area = section.rpartition("/")[2]
    if area in _SECTIONS and not (area == "libs" and not name.startswith("lib")):
        return _SECTIONS[area]
    if _MODULE.match(name) and "role::program" not in tags:
        return LIBRARY
    return PROGRAM
