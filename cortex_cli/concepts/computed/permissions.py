"""What a file mode says: octal (755), symbolic (u+x,go-w) and as ls -l writes it (rwxr-x---).

The letters of ls keep their case (s and S differ), so the question is read as it was typed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import (
    COLON,
    LIKELY,
    SEMICOLON,
    SURE,
    blocks,
    explanation,
    find_leftovers,
    join,
)
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man chmod(1)"
CUES = blocks(
    """
    chmod permission permissions mode modes rights right bits octal symbolic numeric file files
    directory folder command set convert ls l show shows access r x w recursive recursively give
    gives output first column allow allows who
    droit droits fichier fichiers repertoire dossier commande acces octale octales permet mode
    affiche colonne premiere recursif notation
    permiso permisos derecho derechos archivo archivos fichero ficheros directorio carpeta comando
    orden acceso modo muestra columna primera recursivo notacion da permite
    """
)
# Three octal digits that mean a mode even without a cue; 4xx and 5xx are also HTTP statuses.
KNOWN_OCTAL = blocks(
    "600 640 644 660 664 666 700 711 744 750 755 770 775 777 1777 2755 2770 2775 4755"
)
_OCTAL = expression(r"(?<![\w./:-])0?([0-7]?[0-7]{3})(?![\w/:-]|[.,]\d)")
_SYMBOLIC = expression(
    r"(?<![\w/.])([ugoa]{0,4}[+=-][rwxXst]{1,6}(?:,[ugoa]{0,4}[+=-][rwxXst]{0,6}){0,5})(?![\w/.])"
)
_LETTERS = expression(
    r"(?<![\w-])([-bcdlpsD]?)([r-][w-][xsS-])([r-][w-][xsS-])([r-][w-][xtT-])([.+@]?)(?![\w-])"
)
_CHMOD = expression(r"\bchmod\b", re.IGNORECASE)
_ARGUMENT = expression(r"(?<=\s)(?:-R|--recursive|FILE|[\w./~*-]*[./~*][\w./~*-]*)(?=\s|$)")
_LISTED = expression(
    r"\s{1,9}\d{1,9}\s{1,9}[\w.-]{1,64}\s{1,9}[\w.-]{1,64}\s{1,9}[\d.,]{1,20}[KMGT]?(?:\s.*)?$"
)

WHO = {
    "en": ("the owner", "the group", "others"),
    "fr": ("le propriétaire", "le groupe", "les autres"),
    "es": ("el propietario", "el grupo", "los demás"),
}
EVERYBODY = {"en": "everybody", "fr": "tous", "es": "todos"}
MAY = {
    "en": ("may", "may", "may"),
    "fr": ("peut", "peut", "peuvent"),
    "es": ("puede", "puede", "pueden"),
}
NOTHING = {
    "en": ("has no access", "has no access", "have no access"),
    "fr": ("n'a aucun accès", "n'a aucun accès", "n'ont aucun accès"),
    "es": ("no tiene acceso", "no tiene acceso", "no tienen acceso"),
}
DOING = {
    "en": ("read", "write", "execute"),
    "fr": ("lire", "écrire", "exécuter"),
    "es": ("leer", "escribir", "ejecutar"),
}
SPECIAL = {
    "en": (
        "Setuid: run as a program, it has the rights of its owner.",
        "Setgid: run as a program, it has the rights of its group; in a directory, new files "
        "inherit the group.",
        "Sticky bit: in a directory, only a file's owner may delete it.",
    ),
    "fr": (
        "Setuid : lancé comme programme, il a les droits de son propriétaire.",
        "Setgid : lancé comme programme, il a les droits de son groupe ; dans un répertoire, les "
        "nouveaux fichiers héritent du groupe.",
        "Sticky bit : dans un répertoire, seul le propriétaire d'un fichier peut le supprimer.",
    ),
    "es": (
        "Setuid: lanzado como programa, tiene los derechos de su propietario.",
        "Setgid: lanzado como programa, tiene los derechos de su grupo; en un directorio, los "
        "archivos nuevos heredan el grupo.",
        "Sticky bit: en un directorio, solo el propietario de un archivo puede borrarlo.",
    ),
}
ON_DIRECTORIES = {
    "en": "On a directory, execute means entering it.",
    "fr": "Sur un répertoire, exécuter veut dire y entrer.",
    "es": "En un directorio, ejecutar significa entrar en él.",
}
KINDS = {
    "en": {"-": "a regular file", "d": "a directory", "l": "a symbolic link",
           "b": "a block device", "c": "a character device", "p": "a named pipe", "s": "a socket",
           "D": "a door"},
    "fr": {"-": "un fichier ordinaire", "d": "un répertoire", "l": "un lien symbolique",
           "b": "un périphérique bloc", "c": "un périphérique caractère", "p": "un tube nommé",
           "s": "une socket", "D": "une porte"},
    "es": {"-": "un archivo normal", "d": "un directorio", "l": "un enlace simbólico",
           "b": "un dispositivo de bloques", "c": "un dispositivo de caracteres",
           "p": "una tubería con nombre", "s": "un socket", "D": "una puerta"},
}  # fmt: skip
MARKS = {
    "en": {"+": "The + marks an access control list: getfacl shows it.",
           ".": "The dot marks an SELinux label.", "@": "The @ marks extended attributes."},
    "fr": {"+": "Le + signale une liste de contrôle d'accès : getfacl l'affiche.",
           ".": "Le point signale une étiquette SELinux.",
           "@": "Le @ signale des attributs étendus."},
    "es": {"+": "El + indica una lista de control de acceso: getfacl la muestra.",
           ".": "El punto indica una etiqueta SELinux.", "@": "La @ indica atributos extendidos."},
}  # fmt: skip
VERBS = {
    "en": {"+": "adds {what} for {who}", "-": "takes {what} from {who}",
           "=": "sets exactly {what} for {who}"},
    "fr": {"+": "ajoute {what} pour {who}", "-": "retire {what} pour {who}",
           "=": "fixe exactement {what} pour {who}"},
    "es": {"+": "añade {what} para {who}", "-": "quita {what} para {who}",
           "=": "fija exactamente {what} para {who}"},
}  # fmt: skip
RIGHTS = {
    "en": {"r": "read", "w": "write", "x": "execute", "s": "setuid/setgid", "t": "the sticky bit",
           "X": "execute (directories, and files that somebody may execute already)",
           "": "no permission"},
    "fr": {"r": "la lecture", "w": "l'écriture", "x": "l'exécution", "s": "setuid/setgid",
           "t": "le sticky bit",
           "X": "l'exécution (répertoires, et fichiers que quelqu'un peut déjà exécuter)",
           "": "aucun droit"},
    "es": {"r": "lectura", "w": "escritura", "x": "ejecución", "s": "setuid/setgid",
           "t": "el sticky bit",
           "X": "ejecución (directorios, y archivos que alguien ya puede ejecutar)",
           "": "ningún permiso"},
}  # fmt: skip
OF_UMASK = {
    "en": "everybody, except for what the umask withholds",
    "fr": "tous, sauf ce que l'umask retient",
    "es": "todos, salvo lo que retiene la umask",
}


def explain(question: str, language: str) -> Finding | None:
    """What the mode in ``question`` allows to whom."""
    return (
        _of_letters(question, language)
        or _of_symbols(question, language)
        or _of_digits(question, language)
    )


def _of_letters(question: str, language: str) -> Finding | None:
    match = _LETTERS.search(question)
    if match is None:
        return None
    kind, *triples, mark = match.groups()
    rest = question[: match.start()] + " " + _LISTED.sub("", question[match.end() :])
    if find_leftovers(_ARGUMENT.sub(" ", rest), CUES):
        return None
    mode = mode_of("".join(triples))
    lines = [f"{match[0]} = {mode:03o}{COLON[language]}{sentence(mode, language)}"]
    if kind:
        lines.append(f"{kind} = {KINDS[language][kind]}.")
    if mark:
        lines.append(MARKS[language][mark])
    return explanation("\n".join(lines), "man ls(1)", f"mode {mode:04o}")


def _of_digits(question: str, language: str) -> Finding | None:
    matches = list(_OCTAL.finditer(question))
    if len(matches) != 1:
        return None
    digits = matches[0][1]
    rest = question[: matches[0].start()] + " " + question[matches[0].end() :]
    if find_leftovers(_ARGUMENT.sub(" ", rest), CUES):
        return None
    cued = bool(_CHMOD.search(question)) or _has_cue(rest)
    if not cued and digits not in KNOWN_OCTAL:
        return None
    mode = int(digits, 8)
    text = f"{digits} = {letters_of(mode)}{COLON[language]}{sentence(mode, language)}"
    if mode & 0o111:
        text += f" {ON_DIRECTORIES[language]}"
    return explanation(text, SOURCE, f"mode {mode:04o}", SURE if cued else LIKELY)


def _has_cue(text: str) -> bool:
    cues = blocks("permission permissions mode rights droits permisos octal bits derechos modo")
    return bool(set(find_leftovers(text)) & cues)


def _of_symbols(question: str, language: str) -> Finding | None:
    match = _SYMBOLIC.search(question)
    if match is None:
        return None
    rest = question[: match.start()] + " " + question[match.end() :]
    cued = bool(_CHMOD.search(question)) or _has_cue(rest)
    bare_option = match[1].startswith("-") or "=" in match[1]
    if find_leftovers(_ARGUMENT.sub(" ", rest), CUES) or (bare_option and not cued):
        return None
    clauses = join([_clause(part, language) for part in match[1].split(",")], language)
    sure = SURE if cued else LIKELY
    return explanation(f"{match[1]} {clauses}.", SOURCE, f"mode {match[1]}", sure)


def _clause(clause: str, language: str) -> str:
    """What one clause such as ``go-w`` does."""
    operator = next(sign for sign in clause if sign in "+-=")
    who, _, rights = clause.partition(operator)
    places = {"u": 0, "g": 1, "o": 2}
    if not who:
        people = OF_UMASK[language]
    elif "a" in who or set(who) == set("ugo"):
        people = EVERYBODY[language]
    else:
        people = join([WHO[language][places[one]] for one in dict.fromkeys(who)], language)
    names = [RIGHTS[language][right] for right in dict.fromkeys(rights)]
    what = join(names, language) or RIGHTS[language][""]
    return VERBS[language][operator].format(what=what, who=people)


def mode_of(letters: str) -> int:
    """The number of nine letters as ls -l writes them."""
    mode = 0
    for place, letter in enumerate(letters):
        if letter in "rwxst":
            mode |= 1 << (8 - place)
        if letter in "sStT":
            mode |= (0o4000, 0o2000, 0o1000)[place // 3]
    return mode


def letters_of(mode: int) -> str:
    """The nine letters that ls -l writes for a mode."""
    letters = ["rwx"[place % 3] if mode & (1 << (8 - place)) else "-" for place in range(9)]
    for bit, place, mark in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if mode & bit:
            letters[place] = mark if letters[place] == "x" else mark.upper()
    return "".join(letters)


def sentence(mode: int, language: str) -> str:
    """Who may do what under ``mode``."""
    parts = []
    for place, who in enumerate(WHO[language]):
        bits = mode >> (6 - 3 * place) & 7
        doing = [word for bit, word in zip((4, 2, 1), DOING[language], strict=True) if bits & bit]
        if doing:
            parts.append(f"{who} {MAY[language][place]} {join(doing, language)}")
        else:
            parts.append(f"{who} {NOTHING[language][place]}")
    special = [
        text
        for bit, text in zip((0o4000, 0o2000, 0o1000), SPECIAL[language], strict=True)
        if mode & bit
    ]
    return " ".join([SEMICOLON[language].join(parts) + ".", *special])
