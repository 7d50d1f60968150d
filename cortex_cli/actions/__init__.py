"""Everything that can be done: a catalogue, families that compose, and what a question means.

``find(question, language)`` gives a ``Finding`` or None; ``nearest(question, language)`` what to
offer where it gives none.  Deleting this folder loses that answer
and nothing else.  Nothing here runs a command or reads the machine.

How a question is read
----------------------
``literals`` finds paths, globs, sizes, hosts … first; ``sentence`` turns the rest into concepts
(``lexicon.txt``: one concept a line, words in English, French and Spanish; forms are found).
Words of everyday language (``ordinary.txt``) are no names unless one is announced; ``rewriting``
makes values of what only together says one ("the last hour", "the folder build", "à 4h").
``matcher`` compares with the catalogue's ``phrases`` and lets ``assignment`` fill their slots,
``composer`` asks the families; ``answering`` weighs them.  What nothing accounts for counts
against a reading (``leftover``): negations, literals, verbs and names most.

The catalogue: ``catalogue/AREA.yaml``
--------------------------------------
A list of entries::

    - id: service-restart                # unique in the whole catalogue: area-verb[-what]
      en: ["restart {unit}"]             # phrases, each a list; bare words, no "how do I"
      fr: ["redémarrer {unit}"]
      es: ["reiniciar {unit}"]
      run: systemctl restart {unit}      # or a list of lines, carried out in order
      does: ["Restarts {unit}.", "Redémarre {unit}.", "Reinicia {unit}."]   # en, fr, es
      params: {count: number=10}         # name: kind or kind=default; not needed if name == kind
      effect: changes                    # reads (default), changes, destroys, leaves
      root: true                         # default false
      package: systemd                   # only what a minimal Debian lacks
      check: systemctl is-active {unit}  # shows that it worked
      undo: systemctl start {unit}       # takes it back
      man: systemctl(1)                  # one page or a list
      general: true                      # for the case with nothing named; families go first

- **Phrases** are compared as sets of concepts, whatever the language, so that two or three that
  differ in their nouns and verbs are enough; do not write one for each synonym of the lexicon,
  add the synonym to the lexicon.  Small words cost nothing.
- **Slots** ``{name}`` are parameters.  Kinds (``parameters.FITS``): path file folder files archive
  glob unit package process program user group host login remote ip cidr mac url port number
  percent pid size duration seconds minutes days clock date mode device interface signal variable
  text name branch image range version extension timezone locale month
  fstype geometry quotation debfile charset email time jsonkey
  recordtype language.  The word before a slot in its
  phrase is its cue: with "copy {file} to {folder}" what comes after "to" is the folder.
- **run** is split into words as a shell would, once, before any value is known: quotes group,
  ``|`` is a pipe, ``> {file}`` or ``>> {file}`` takes the output.  ``[ -n {count} ]`` is left out
  when its value is not said, ``[ +follow -f ]`` when nothing says the concept, so that one entry
  takes every option that may be said.  A value fills its word whole and is never split again.
  A value with a leading ``-`` is refused (paths get ``./``) unless ``--`` stands before it or
  the slot is ``{name!}``: an option's own argument, as in ``grep -e {text!}``.
- **effect** ``destroys`` needs nearly the whole sentence covered; state a ``check`` and, where
  there is one, an ``undo``.
- A slot without default that is not in brackets must be found in the sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.suggestions import Suggestion
    from cortex_cli.finding import Finding


def find(question: str, language: str) -> Finding | None:
    """How what is asked is done; None when it is no action, or not surely one.

    ``language`` is ``en``, ``fr`` or ``es``, as ``terms.language_of`` gives it.
    """
    from cortex_cli.actions import answering

    return answering.find(question, language)


def nearest(question: str, language: str, count: int = 2) -> tuple[Suggestion, ...]:
    """The actions nearest to a question that ``find`` does not claim; often none.

    Each has a ``title``, what it does, and ``ask``, a question that gets it, in ``language``.
    """
    from cortex_cli.actions import suggestions

    return suggestions.nearest(question, language, count)
