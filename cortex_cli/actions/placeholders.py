"""What stands in a command for a value that nobody named: "how do I delete a user".

A table by language; pure.
"""

from __future__ import annotations

# What stands where a sentence names nothing: "how do I delete a user".
PLACEHOLDERS: dict[str, dict[str, str]] = {
    "fr": {
        "file": "FICHIER",
        "path": "CHEMIN",
        "folder": "DOSSIER",
        "user": "UTILISATEUR",
        "group": "GROUPE",
        "package": "PAQUET",
        "host": "HÔTE",
        "size": "TAILLE",
        "name": "NOM",
        "text": "TEXTE",
        "device": "PÉRIPHÉRIQUE",
        "unit": "SERVICE",
        "process": "PROCESSUS",
        "program": "PROGRAMME",
        "number": "NOMBRE",
        "archive": "ARCHIVE",
    },
    "es": {
        "file": "ARCHIVO",
        "path": "RUTA",
        "folder": "CARPETA",
        "user": "USUARIO",
        "group": "GRUPO",
        "package": "PAQUETE",
        "host": "EQUIPO",
        "size": "TAMAÑO",
        "name": "NOMBRE",
        "text": "TEXTO",
        "device": "DISPOSITIVO",
        "unit": "SERVICIO",
        "process": "PROCESO",
        "program": "PROGRAMA",
        "number": "NÚMERO",
        "archive": "ARCHIVO",
    },
}
_ENGLISH_PLACEHOLDERS = {"debfile": "FILE.deb", "unit": "SERVICE", "login": "HOST", "path": "PATH"}


def placeholder(kind: str, language: str) -> str:
    """What stands in a command for a value that was not said."""
    return PLACEHOLDERS.get(language, {}).get(kind) or _ENGLISH_PLACEHOLDERS.get(kind, kind.upper())
