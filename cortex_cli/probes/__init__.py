"""Facts of this machine, looked up now: a catalogue of probes, and collectors that read.

``find(question, language, environ)`` gives a ``Finding`` of kind ``fact`` or None.  Deleting
this folder loses that answer and nothing else.  Nothing here changes the machine.

How a question is read
----------------------
As the actions are (``cortex_cli.actions``: literals, concepts, phrases with typed slots), with
the words of ``lexicon.txt`` here before theirs.  ``manner`` says whether the state of this
machine is asked at all: "how do I …", "why …" and "what is an inode" are not.  A collector may
still refuse a value ("who is the president": no such user), and the next reading is tried.

The catalogue: ``catalogue/AREA.yaml``
--------------------------------------
::

    - id: memory-available
      en: ["free memory"]                # phrases as in the actions' catalogue
      fr: ["mémoire libre"]
      es: ["memoria libre"]
      params: {path: path=/}             # kind or kind=default; not needed if name == kind
      read: memory.summary               # collectors/memory.py, function summary
      run: free -h                       # the command that shows the same
      value: available                   # which value is the bare answer
      say:                               # by case of the reading: en, fr, es
        found: ["{available} is free.", "{available} est libre.", "{available} libre."]
        none: ["…", "…", "…"]
      source: /proc/meminfo
      man: free(1)

In ``say``, ``{n|process|processes}`` is the number with the right word after it, and what
stands in ``[[ ]]`` is left out when one of its values is missing.  A reading's rows follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.finding import Finding
    from cortex_cli.probes.machine import Machine


def find(
    question: str, language: str, environ: Mapping[str, str], machine: Machine | None = None
) -> Finding | None:
    """What this machine says to ``question``; None when no fact of it is surely asked.

    ``language`` is ``en``, ``fr`` or ``es``; ``environ`` is the person's.  ``machine`` is
    another one to read, such as a folder.
    """
    from cortex_cli.probes import answering

    return answering.find(question, language, environ, machine)


def look_up(
    finding: Finding, question: str, language: str, environ: Mapping[str, str]
) -> Finding | None:
    """An action as a fact, with what its command prints, if ``question`` asks for one."""
    from cortex_cli.probes import answering, by_command
    from cortex_cli.probes.machine import Machine

    if not answering.is_about_a_fact(question, language):
        return None
    return by_command.look_up(finding, Machine(environ=environ))
