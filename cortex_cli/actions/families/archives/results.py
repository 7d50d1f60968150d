"""An archive's command as a finished one: its effect, its package and its sentence."""

from __future__ import annotations

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.archives.formats import build_listing
from cortex_cli.actions.families.draft import languages, localize

_PACKAGES = {
    "unzip": "unzip",
    "zip": "zip",
    "7z": "p7zip-full",
    "unrar": "unrar",
    "zstd": "zstd",
    "xz": "xz-utils",
    "bzip2": "bzip2",
    "lz4": "lz4",
}
_DOES = {
    "create": languages(
        "Packs {what} into {archive}.",
        "Archive {what} dans {archive}.",
        "Empaqueta {what} en {archive}.",
    ),
    "extract": languages(
        "Unpacks {archive} into {what}.",
        "Extrait {archive} dans {what}.",
        "Extrae {archive} en {what}.",
    ),
    "list": languages(
        "Lists what is in {archive}.",
        "Liste le contenu de {archive}.",
        "Lista el contenido de {archive}.",
    ),
    "test": languages(
        "Tests whether {archive} can be read to its end.",
        "Teste si {archive} se lit jusqu'au bout.",
        "Prueba si {archive} se lee hasta el final.",
    ),
    "add": languages(
        "Adds {what} to {archive}.", "Ajoute {what} à {archive}.", "Añade {what} a {archive}."
    ),
    "file": languages(
        "Compresses {what} and keeps the original.",
        "Compresse {what} et garde l'original.",
        "Comprime {what} y conserva el original.",
    ),
}


def finish(
    name: str, argv: list[str], effect: str, *, what: str = "", archive: str = "", output: str = ""
) -> Filled:
    """``argv`` as a finished command."""
    does = localize(_DOES[name], what=what, archive=archive)
    package = _PACKAGES.get(argv[0], "")
    check = Step((tuple(build_listing(archive)),)) if name == "create" and archive else None
    step = Step((tuple(argv),), output)
    return Filled(
        f"archive-{name}",
        (step,),
        does,
        effect,
        package=package,
        check=check,
        manual=(f"{argv[0]}(1)",),
    )
