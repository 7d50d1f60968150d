"""find's words as a finished command: its steps, its effect and its sentence."""

from __future__ import annotations

from dataclasses import replace

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import languages, localize
from cortex_cli.finding import CHANGES, READS

_DOES = {
    "list": languages(
        "Lists what matches below {root}.",
        "Liste ce qui correspond sous {root}.",
        "Lista lo que coincide bajo {root}.",
    ),
    "count": languages(
        "Counts what matches below {root}.",
        "Compte ce qui correspond sous {root}.",
        "Cuenta lo que coincide bajo {root}.",
    ),
    "delete": languages(
        "Deletes what matches below {root}.",
        "Supprime ce qui correspond sous {root}.",
        "Borra lo que coincide bajo {root}.",
    ),
    "copy": languages(
        "Copies what matches below {root} to {to}.",
        "Copie ce qui correspond sous {root} vers {to}.",
        "Copia lo que coincide bajo {root} a {to}.",
    ),
    "move": languages(
        "Moves what matches below {root} to {to}.",
        "Déplace ce qui correspond sous {root} vers {to}.",
        "Mueve lo que coincide bajo {root} a {to}.",
    ),
    "archive": languages(
        "Packs what matches below {root} into {to}.",
        "Archive ce qui correspond sous {root} dans {to}.",
        "Empaqueta lo que coincide bajo {root} en {to}.",
    ),
    "total": languages(
        "Adds up the sizes of what matches below {root}.",
        "Additionne les tailles de ce qui correspond sous {root}.",
        "Suma los tamaños de lo que coincide bajo {root}.",
    ),
    "checksum": languages(
        "Prints a checksum of each match below {root}.",
        "Donne la somme de contrôle de chaque fichier trouvé sous {root}.",
        "Da la suma de verificación de cada archivo hallado bajo {root}.",
    ),
    "lines": languages(
        "Counts the lines of each match below {root}.",
        "Compte les lignes de chaque fichier trouvé sous {root}.",
        "Cuenta las líneas de cada archivo hallado bajo {root}.",
    ),
    "words": languages(
        "Counts the words of each match below {root}.",
        "Compte les mots de chaque fichier trouvé sous {root}.",
        "Cuenta las palabras de cada archivo hallado bajo {root}.",
    ),
    "chmod": languages(
        "Changes the mode of what matches below {root}.",
        "Change les droits de ce qui correspond sous {root}.",
        "Cambia los permisos de lo que coincide bajo {root}.",
    ),
    "chown": languages(
        "Changes the owner of what matches below {root}.",
        "Change le propriétaire de ce qui correspond sous {root}.",
        "Cambia el dueño de lo que coincide bajo {root}.",
    ),
    "ranked": languages(
        "Ranks what matches below {root}.",
        "Classe ce qui correspond sous {root}.",
        "Clasifica lo que coincide bajo {root}.",
    ),
    "grep": languages(
        "Lists the files below {root} that contain the text.",
        "Liste les fichiers sous {root} qui contiennent le texte.",
        "Lista los archivos bajo {root} que contienen el texto.",
    ),
    "compress": languages(
        "Compresses each match below {root}.",
        "Compresse chaque fichier trouvé sous {root}.",
        "Comprime cada archivo hallado bajo {root}.",
    ),
}


def finish(
    name: str, argv: list[str], root: str, effect: str, *, needs_root: bool = False, to: str = ""
) -> Filled:
    """One find command as a finished one."""
    done = pipe(name, [tuple(argv)], root, "", effect, to=to)
    return _require_root(done) if needs_root else done


def _require_root(filled: Filled) -> Filled:
    return replace(filled, needs_root=True)


def pipe(
    name: str,
    stages: list[tuple[str, ...]],
    root: str,
    output: str,
    effect: str = READS,
    *,
    to: str = "",
) -> Filled:
    """A pipeline as a finished command; ``output`` takes what it prints."""
    does = localize(_DOES[name], root=root, to=to)
    return Filled(
        f"tree-{name}",
        (Step(tuple(stages), output),),
        does,
        effect if not output else CHANGES,
        manual=("find(1)",),
    )


def with_preview(filled: Filled, preview: Step) -> Filled:
    """``filled`` with what shows beforehand which files it takes."""
    return replace(filled, preview=preview)
