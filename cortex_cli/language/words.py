"""Splits a request into words and drops its small words: "please install a …".

Pure text, English, French and Spanish; knows no package.
"""

from __future__ import annotations

import re
import unicodedata

from cortex_cli.expressions import expression

# A package name, a word or a number; g++ keeps its signs, a trailing dot is dropped.
_WORD = expression(r"[^\W_][\w+.\-]*", re.UNICODE)
_TRAILING = ".-"

# Words that say that something is wanted, but not what.
ENGLISH, FRENCH, SPANISH = LANGUAGES = ("en", "fr", "es")
_ENGLISH_WORDS = frozenset(
    """
    a an the some any this that these those it its i me my we us our you your he she they
    is are was be been am do does did doing done can could would should will shall may might must
    to of in on at for from by with without into as and or but if then than so such not no
    what which who whom whose where when why how
    want need like please install installing setup set up get give add put use using run have has
    got find show tell explain describe about mean means there here just only also more most very
    really good best great nice new program programs software tool tools app apps application
    applications package packages thing things something anything stuff way kind sort machine
    computer system pc let help work works working
    """.split()  # noqa: SIM905 - a block of words reads better than 200 quoted ones
)
_FRENCH_WORDS = frozenset(
    """
    un une le la les l des du de d et ou au aux en dans sur pour par avec sans ce cet cette ces
    je j tu il elle on nous vous ils mon ma mes notre votre ton ta tes qui que qu quoi quel quelle
    quels est sont être avoir ai veux voudrais faut besoin installer installe installez mettre
    utiliser logiciel logiciels programme programmes outil outils application paquet paquets
    quelque chose moi comment pourquoi c s n ne pas
    """.split()  # noqa: SIM905 - a block of words reads better than 200 quoted ones
)
_SPANISH_WORDS = frozenset(
    """
    el la los las un una uno unos unas y o u de del al para por con sin en lo mi mis tu su sus
    me te se quiero necesito instalar instala poner usar programa programas herramienta herramientas
    aplicación paquete paquetes algo que qué cuál cómo es son quisiera hay
    """.split()  # noqa: SIM905 - a block of words reads better than 200 quoted ones
)
SCAFFOLDING = _ENGLISH_WORDS | _FRENCH_WORDS | _SPANISH_WORDS
_LANGUAGES = {ENGLISH: _ENGLISH_WORDS, FRENCH: _FRENCH_WORDS, SPANISH: _SPANISH_WORDS}

# Programs named like everyday words: in a sentence these rarely mean the program.
EVERYDAY = frozenset(
    """
    age aide analog and at bank bar barcode bash bc between bomber booth boxes browser buffer
    bundler calendar check click clock complexity context cpu crack crash cycle daemon date
    deal delay delta dialect dialog dict difference dist drawing dump electric empire extract
    fake festival file filter filters finger flash flip flow fluid form free fuse fuzz gallery
    gap global gradle hash hello highlight holes hotspot hub icecream idle ignition indent info
    init instead killer left less library lift light links list location login look lookup
    magic make man maria memo menu montage more motion mount netmask note notes only organize
    par parallel parole pass patch pen pi pick pilot pipe pique plan planets play poster power
    progress radar radio rails rally ray record redo reflex relational remind retry ripper sane
    scan screen script scrub secrets secure sent show sketch sleep snap sonic spaced sparse
    spell spells spin splash star step stopwatch streamer stress super surf table tablet talk
    task team the thin tidy time top tracker translate tree tweak units variety view watch
    webcam when who worker write yes zip
    """.split()  # noqa: SIM905 - a block of words reads better than 200 quoted ones
)


def words(text: str) -> list[str]:
    """Return every word of ``text`` without case, in order; full-width letters are letters."""
    plain = text.replace("\u2019", "'").replace("'", " ").replace("\u0130", "I")
    normal = unicodedata.normalize("NFKC", plain).casefold()
    return [word.rstrip(_TRAILING) for word in _WORD.findall(normal)]


def content(text: str) -> list[str]:
    """Return the words that carry meaning, each once, in order."""
    return list(dict.fromkeys(word for word in words(text) if word not in SCAFFOLDING))


def small_words(language: str) -> frozenset[str]:
    """Return the small words of one language."""
    return _LANGUAGES[language]
