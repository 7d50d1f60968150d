"""A corpus small enough for tests, in the form that `corpus.build` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cortex_llm.nano import vocabulary
from cortex_llm.nano.vocabulary import Vocabulary

KINDS = ("editor", "viewer", "player", "server", "browser", "monitor", "converter", "game")
THINGS = ("text", "image", "video", "music", "web", "mail", "map", "font")


def packages() -> list[dict[str, Any]]:
    """Sixty-four packages that do not exist, described in three languages."""
    return [
        {
            "name": f"{thing[:3]}{kind[:4]}",
            "version": f"{number}.2-1",
            "section": "utils",
            "homepage": "https://example.org",
            "size": 100 + number,
            "tags": ["role::program"],
            "short": {
                "en": f"simple {thing} {kind} for the desktop",
                "fr": f"logiciel simple de {thing} {kind}",
                "es": f"programa sencillo de {thing} {kind}",
            },
            "long": {
                "en": f"This {kind} handles every {thing} file that you may have. It is fast.",
                "fr": f"Ce logiciel traite tous les fichiers {thing} du disque. Il est rapide.",
                "es": f"Este programa trata todos los archivos {thing} del disco. Es rápido.",
            },
            "popular": float(number % 4),
        }
        for number, (thing, kind) in enumerate((t, k) for t in THINGS for k in KINDS)
    ]


def manuals() -> list[dict[str, Any]]:
    """A manual in each language, for several commands."""
    summaries = {
        "en": "list the contents of a folder",
        "fr": "afficher le contenu de fichiers",
        "es": "mostrar el contenido de ficheros",
    }
    return [
        {
            "name": f"cmd{number}",
            "section": "1",
            "language": language,
            "summary": summary,
            "options": [["-a, --all", "show everything."], ["-l", "use a long format."]],
            "paragraphs": [],
        }
        for number in range(8)
        for language, summary in summaries.items()
    ]


def texts() -> list[dict[str, str]]:
    """A little prose."""
    return [{"language": "en", "text": f"Debian is a system, sentence {n}."} for n in range(9)]


def catalogue() -> list[dict[str, Any]]:
    """Three intents, as the product's catalogue has them."""
    return [
        {
            "id": f"{kind}-intent",
            "en": [f"fast {kind}", f"edit with a {kind}"],
            "fr": [f"{kind} rapide", f"éditer avec un {kind}"],
            "es": [f"{kind} rápido", f"editar con un {kind}"],
            "packages": [f"tex{kind[:4]}", f"ima{kind[:4]}"],
        }
        for kind in KINDS[:3]
    ]


def words() -> Vocabulary:
    """The vocabulary of all this."""
    return vocabulary.build(packages(), manuals(), catalogue())


def write(folder: Path) -> Path:
    """Write the corpus; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "packages": packages(),
        "manuals": manuals(),
        "texts": texts(),
        "catalogue": catalogue(),
    }
    for name, items in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in items))
    manifest = {"files": {name: {"sha256": name} for name in rows}}
    (folder / "corpus.json").write_text(json.dumps(manifest))
    return folder
